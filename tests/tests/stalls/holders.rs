//! What a report says of the calls that hold a resource, and that it leaves out waits that are over.

use futures::channel::oneshot;
use futures::executor::block_on;
use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Kernel, Queue};
use gpu_stages::{Resource, Result, Schedule, Stage, Until, gpu_pipeline, stall};
use gpu_stages_tests::{Gate, device_buffers, host_buffers, poll_once, queue};

static PIPELINE: Schedule = Schedule::new("by hand", &[Stage::new("only")]);

/// The waits for this resource, as text.
fn waits(resource: &str) -> Vec<String> {
    let report = stall::report();
    let waits = report.waits().iter();
    let waits = waits.filter(|wait| wait.resource() == Some(resource));
    waits.map(ToString::to_string).collect()
}

#[gpu_pipeline]
async fn fetch(
    #[queue] queue: Queue,
    #[updates] data: DeviceBuffer<f32>,
    #[writes] out: HostBuffer<f32>,
    kernel: Kernel,
    wake: oneshot::Receiver<()>,
) -> Result<f32> {
    queue.launch(&kernel, 1, (&mut data,))?;
    queue.download(&data, &mut out)?;
    let first = {
        let first = out[0];
        let _ = wake.await;
        first
    };
    Ok(first)
}

#[test]
fn a_holder_waits_for_a_device_until_the_device_is_done() {
    let (queue, gate) = (queue(), Gate::default());
    let (data, out) = (device_buffers(1, 1), host_buffers(1, 1).named("fetched"));
    let (wake, receiver) = oneshot::channel();
    let kernel = gate.kernel(1.0);
    let mut frame = Box::pin(fetch(&queue, &data, &out, kernel, receiver));
    assert!(poll_once(&mut frame).is_pending());
    let mut next = Box::pin(out.acquire_read().unwrap().wait_events());
    assert!(poll_once(&mut next).is_pending());
    let texts = waits("fetched");
    let held = "which waits for a device to be done with `fetched`";
    assert!(texts.iter().any(|text| text.contains(held)), "{texts:?}");

    gate.open();
    queue.finish();
    assert!(poll_once(&mut frame).is_pending(), "it was not woken");
    let texts = waits("fetched");
    assert_eq!(texts.len(), 1, "the device is done: {texts:?}");
    let held = "which is suspended for something that the library does not know, or was forgotten";
    assert!(texts[0].contains(held), "{texts:?}");
    wake.send(()).unwrap();
    assert_eq!(block_on(frame).unwrap(), 1.0);
    block_on(next).unwrap().ready();
}

#[test]
fn a_call_at_its_end_waits_for_its_commands() {
    let (queue, gate) = (queue(), Gate::default());
    let (data, total) = (device_buffers(1, 1), Resource::new(0).named("kept"));
    let call = PIPELINE.call();
    let (data, kept) = call.acquire((data.updates(), total.updates())).unwrap();
    let (commands, kernel) = (queue.clone(), gate.kernel(1.0));
    let mut run = Box::pin(call.run(Until::Complete, async move {
        let mut data = data.wait_device(&commands).await?;
        commands.launch(&kernel, 1, (&mut *data,))?;
        data.ready();
        std::mem::forget(kept.wait_events().await?);
        Result::<()>::Ok(())
    }));
    assert!(poll_once(&mut run).is_pending());
    let mut next = Box::pin(total.acquire_read().unwrap().wait_events());
    assert!(poll_once(&mut next).is_pending());
    let texts = waits("kept");
    let held = "which waits for the end of its commands";
    assert!(texts.iter().any(|text| text.contains(held)), "{texts:?}");
    gate.open();
    block_on(run).unwrap();
}

#[gpu_pipeline]
async fn looks(#[updates] total: u32) -> Result<Vec<String>> {
    let texts = {
        total += 1;
        waits("looked at")
    };
    Ok(texts)
}

#[test]
fn a_call_that_looks_at_the_waits_is_running() {
    let total = Resource::new(0).named("looked at");
    let frame = looks(&total);
    let mut next = Box::pin(total.acquire_read().unwrap().wait_events());
    assert!(poll_once(&mut next).is_pending());
    let texts = block_on(frame).unwrap();
    assert!(texts[0].contains("which is running"), "{texts:?}");
    block_on(next).unwrap().ready();
}

#[gpu_pipeline]
async fn sleeps(#[updates] total: u32, wake: oneshot::Receiver<()>) -> Result<()> {
    {
        total += 1;
        let _ = wake.await;
        total += 1;
    }
    Ok(())
}

/// Only the calls that a stage makes while it is polled belong to it.
#[test]
fn a_call_made_after_a_poll_does_not_belong_to_the_polled_call() {
    let total = Resource::new(0).named("slept with");
    let (wake, receiver) = oneshot::channel();
    let mut first = Box::pin(sleeps(&total, receiver));
    assert!(poll_once(&mut first).is_pending());
    let (_wake, receiver) = oneshot::channel();
    let mut second = Box::pin(sleeps(&total, receiver));
    assert!(poll_once(&mut second).is_pending());
    let texts = waits("slept with");
    assert_eq!(texts.len(), 1, "{texts:?}");
    assert!(!texts[0].contains("a cycle"), "{texts:?}");
    wake.send(()).unwrap();
    block_on(first).unwrap();
}

type Frame = std::pin::Pin<Box<dyn Future<Output = Result<()>>>>;

#[gpu_pipeline]
async fn keeps_a_call_pending(
    #[updates] mine: u32,
    #[updates] other: u32,
    same: Resource<u32>,
    left: std::rc::Rc<std::cell::RefCell<Vec<Frame>>>,
) -> Result<()> {
    {
        mine += 1;
        let mut frame: Frame = Box::pin(sleeps(&same, oneshot::channel().1));
        assert!(poll_once(&mut frame).is_pending());
        left.borrow_mut().push(frame);
    }
    {
        other += 1;
        mine += other;
    }
    Ok(())
}

/// A call that waits for a grant does not wait for the calls that its earlier stages made.
#[test]
fn a_wait_for_a_grant_is_no_wait_for_a_pending_call_of_an_earlier_stage() {
    let (mine, other) = (Resource::new(0).named("mine"), Resource::new(0));
    let holder = other.acquire_update().unwrap();
    let left = std::rc::Rc::default();
    let mut frame = Box::pin(keeps_a_call_pending(
        &mine,
        &other,
        mine.clone(),
        std::rc::Rc::clone(&left),
    ));
    assert!(poll_once(&mut frame).is_pending());
    let texts = waits("mine");
    assert_eq!(texts.len(), 1, "{texts:?}");
    assert!(texts[0].contains("which waits for its turn"), "{texts:?}");
    assert!(!texts[0].contains("a cycle"), "{texts:?}");
    drop(holder);
    block_on(frame).unwrap();
    let left: Vec<Frame> = left.take();
    assert!(left.into_iter().all(|frame| block_on(frame).is_ok()));
}
