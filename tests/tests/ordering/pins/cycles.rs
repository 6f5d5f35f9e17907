//! The wait without end that the documentation of versions warns of.

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

/// The use through the version goes before the call that waits for it, and behind it where both want the total.
#[test]
fn a_call_that_needs_what_the_one_behind_its_version_holds_is_in_a_cycle() {
    let (value, total) = (Resource::new(1).named("cycle"), Resource::new(0));
    let version = value.pin();
    let mut changes = Box::pin(change(&value, &total));
    let mut adds = Box::pin(add(&version, &total));
    drop(version);
    assert!(poll_once(&mut changes).is_pending());
    assert!(poll_once(&mut adds).is_pending());
    let report = stall::report();
    let mut waits = report.waits().iter();
    let wait = waits.find(|wait| &*wait.resource == "cycle").unwrap();
    assert!(wait.to_string().contains("a cycle: "), "{wait}");
    // Whoever gives up lets the other go on.
    drop(changes);
    assert_eq!(block_on(adds).unwrap(), 1);
}
