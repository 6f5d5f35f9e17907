//! The deadlock that the documentation of versions warns of.

use futures::executor::block_on;
use gpu_stages::{Resource, Result, gpu_pipeline, stall};
use gpu_stages_tests::poll_once;

#[gpu_pipeline]
async fn change(#[updates] value: i32, #[updates] total: i32) -> Result<()> {
    value += 1;
    total += 100 * value;
    Ok(())
}

#[gpu_pipeline]
async fn add(#[reads] value: i32, #[updates] total: i32) -> Result<i32> {
    total += value;
    Ok(total)
}

/// The use through the version is granted before the call that waits for the version, but after that call on the total.
#[test]
fn a_use_of_a_version_and_a_call_that_waits_for_it_can_form_a_cycle() {
    let (value, total) = (Resource::new(1).named("cycle"), Resource::new(0));
    let version = value.pin();
    let mut changes = Box::pin(change(&value, &total));
    let mut adds = Box::pin(add(&version, &total));
    drop(version);
    assert!(poll_once(&mut changes).is_pending());
    assert!(poll_once(&mut adds).is_pending());
    let report = stall::report();
    let mut waits = report.waits().iter();
    let wait = waits.find(|wait| wait.resource() == Some("cycle")).unwrap();
    assert!(wait.to_string().contains("a cycle: "), "{wait}");
    // When one call is dropped, the other continues.
    drop(changes);
    assert_eq!(block_on(adds).unwrap(), 1);
}
