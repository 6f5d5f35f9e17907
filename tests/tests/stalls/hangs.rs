//! What a report says of a wait: which call waits, in which stage, for which resource, and what holds that.

use futures::FutureExt;
use futures::executor::block_on;
use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Queue};
use gpu_stages::stall::{self, Wait};
use gpu_stages::{Resource, Result, gpu_pipeline};
use gpu_stages_tests::{Gate, device_buffers, host_buffers, poll_once, queue};

#[gpu_pipeline]
async fn count(#[updates] total: u32) -> Result<u32> {
    total += 1;
    std::future::ready(total).await;
    Ok(total)
}

/// The waits for this resource; those of other tests in this process are not looked at.
fn waits(resource: &str) -> Vec<Wait> {
    let report = stall::report();
    let waits = report
        .waits()
        .iter()
        .filter(|wait| wait.resource() == Some(resource));
    waits.cloned().collect()
}

/// The one wait for this resource, as text.
fn wait(resource: &str) -> String {
    let waits = waits(resource);
    assert_eq!(waits.len(), 1, "{waits:?}");
    waits[0].to_string()
}

#[test]
fn a_future_that_is_never_polled_is_named() {
    let total = Resource::new(0).named("never polled");
    let first = count(&total);
    let mut second = Box::pin(count(&total));
    assert!(waits("never polled").is_empty(), "no wait yet");
    assert!(poll_once(&mut second).is_pending());
    let text = wait("never polled");
    assert!(
        text.contains("of `count` in stage `stage 1` waits for its turn with `never polled`"),
        "{text}"
    );
    assert!(
        text.contains("held by call") && text.contains("which was never polled"),
        "{text}"
    );

    assert_eq!(block_on(first).unwrap(), 1);
    assert_eq!(block_on(second).unwrap(), 2);
    assert!(waits("never polled").is_empty(), "the wait is over");
}

#[test]
fn a_wait_for_a_call_that_waits_names_both_resources() {
    let (inner, outer) = (
        Resource::new(0).named("inner wait"),
        Resource::new(0).named("outer wait"),
    );
    let holder = inner.acquire_update().unwrap();
    #[gpu_pipeline]
    async fn both(#[updates] first: u32, #[updates] second: u32) -> Result<()> {
        first += 1;
        second += 1;
        Ok(())
    }
    let mut first = Box::pin(both(&inner, &outer));
    let mut second = Box::pin(count(&outer));
    assert!(poll_once(&mut first).is_pending());
    assert!(poll_once(&mut second).is_pending());
    let text = wait("outer wait");
    assert!(text.contains("of `both` in stage"), "{text}");
    assert!(
        text.contains("which waits for its turn with `inner wait`"),
        "{text}"
    );
    let text = wait("inner wait");
    assert!(
        text.contains("held by an allocation made by hand"),
        "{text}"
    );
    drop(holder);
    block_on(first).unwrap();
    block_on(second).unwrap();
}

#[gpu_pipeline]
async fn sleeper(
    #[updates] total: u32,
    wake: futures::channel::oneshot::Receiver<()>,
) -> Result<()> {
    {
        total += 1;
        let _ = wake.await;
        total += 1;
    }
    Ok(())
}

#[test]
fn a_forgotten_future_is_named() {
    let total = Resource::new(0).named("forgotten");
    let (_wake, receiver) = futures::channel::oneshot::channel();
    let mut first = Box::pin(sleeper(&total, receiver));
    assert!(poll_once(&mut first).is_pending());
    std::mem::forget(first);
    let mut second = Box::pin(count(&total));
    assert!(poll_once(&mut second).is_pending());
    let text = wait("forgotten");
    assert!(
        text.contains("of `sleeper` in stage `stage 1`, which is suspended for something that"),
        "{text}"
    );
}

#[gpu_pipeline]
async fn nested(#[updates] total: u32, same: Resource<u32>) -> Result<u32> {
    total += count(&same).await?;
    Ok(total)
}

#[test]
fn a_stage_that_waits_for_what_needs_its_resource_is_a_cycle() {
    let total = Resource::new(0).named("nested");
    let mut outer = Box::pin(nested(&total, total.clone()));
    assert!(poll_once(&mut outer).is_pending());
    let text = wait("nested");
    let (head, cycle) = text.split_once("a cycle: ").expect("it is called one");
    assert!(
        head.contains("of `count`") && head.contains("held by call"),
        "{text}"
    );
    assert!(
        cycle.contains("which made call") && cycle.contains("waits for `nested`"),
        "{text}"
    );
}

#[test]
fn holders_that_wait_for_each_other_are_a_cycle() {
    let (one, two) = (Resource::new(0).named("one"), Resource::new(0).named("two"));
    let hold = |resource: &Resource<u32>| {
        block_on(resource.acquire_update().unwrap().wait_events()).unwrap()
    };
    let (first, second) = (hold(&one), hold(&two));
    assert!(waits("one").is_empty());
    // Each task keeps its guard while it waits for the other's.
    let task = |guard, resource: &Resource<u32>| {
        let other = resource.clone();
        async move {
            let next = count(&other).await;
            drop::<gpu_stages::HostGuard<u32, _>>(guard);
            next
        }
    };
    let mut tasks = [task(first, &two).boxed(), task(second, &one).boxed()];
    assert!(tasks.iter_mut().all(|task| poll_once(task).is_pending()));
    // Guards made by hand belong to no call: the report names their holders, and finds no cycle.
    assert!(
        wait("one").contains("held by an allocation made by hand"),
        "{}",
        wait("one")
    );

    let (one, two) = (
        Resource::new(0).named("red"),
        Resource::new(0).named("blue"),
    );
    #[gpu_pipeline]
    async fn takes(#[updates] mine: u32, other: Resource<u32>) -> Result<u32> {
        mine += count(&other).await?;
        Ok(mine)
    }
    let mut tasks = [
        takes(&one, two.clone()).boxed(),
        takes(&two, one.clone()).boxed(),
    ];
    assert!(tasks.iter_mut().all(|task| poll_once(task).is_pending()));
    for resource in ["red", "blue"] {
        let text = wait(resource);
        let (_, cycle) = text.split_once("a cycle: ").expect("it is called one");
        assert_eq!(cycle.matches("holds").count(), 2, "{text}");
    }
}

#[test]
fn a_pinned_version_is_named() {
    let total = Resource::new(7).named("pinned");
    let version = total.pin();
    let mut update = Box::pin(count(&total));
    assert!(poll_once(&mut update).is_pending());
    assert!(
        wait("pinned").contains("held by a pinned version"),
        "{}",
        wait("pinned")
    );
    drop(version);
    assert_eq!(block_on(update).unwrap(), 8);
}

#[gpu_pipeline]
async fn fetch(
    #[queue] queue: Queue,
    #[updates] data: DeviceBuffer<f32>,
    #[writes] out: HostBuffer<f32>,
    kernel: gpu_stages::cpu::Kernel,
) -> Result<f32> {
    queue.launch(&kernel, 1, (&mut data,))?;
    queue.download(&data, &mut out)?;
    Ok(out[0])
}

#[test]
fn a_device_that_does_not_finish_is_named() {
    let (queue, gate) = (queue(), Gate::default());
    let (data, out) = (device_buffers(1, 1), host_buffers(1, 1).named("held up"));
    let mut frame = Box::pin(fetch(&queue, &data, &out, gate.kernel(1.0)));
    assert!(poll_once(&mut frame).is_pending());
    let text = wait("held up");
    assert!(
        text.contains("of `fetch`") && text.contains("waits for a device to be done with"),
        "{text}"
    );
    gate.open();
    assert_eq!(block_on(frame).unwrap(), 1.0);
    assert!(waits("held up").is_empty());
}
