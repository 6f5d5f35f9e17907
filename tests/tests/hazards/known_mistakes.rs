//! Mistakes that real systems made with this kind of bookkeeping. Each test fails if the protection is removed.

use futures::executor::block_on;
use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Kernel, Queue};
use gpu_stages::{Error, Resource, Result, gpu_pipeline};
use gpu_stages_tests::{Gate, Log, device_buffers, host_buffers, poll_once, queue};
use std::pin::pin;

/// H1: dropping an allocation before its wait must not grant the next use while the one before holds.
#[test]
fn dropping_an_unused_allocation_does_not_grant_the_next_use() {
    let value = Resource::new(0);
    let holder = block_on(value.acquire_update().unwrap().wait_events()).unwrap();
    let unused = value.acquire_update().unwrap();
    let mut next = pin!(value.acquire_update().unwrap().wait_events());
    drop(unused);
    assert!(
        poll_once(&mut next).is_pending(),
        "the first use still holds"
    );
    holder.ready();
    assert!(poll_once(&mut next).is_ready());
}

/// H2: cancelling a waiter must neither break its predecessor's `ready` nor cancel its successor.
#[test]
fn cancelling_a_waiting_use_does_not_affect_its_neighbours() {
    let value = Resource::new(0);
    let mut holder = block_on(value.acquire_update().unwrap().wait_events()).unwrap();
    let mut waiter = Box::pin(value.acquire_update().unwrap().wait_events());
    let mut next = pin!(value.acquire_update().unwrap().wait_events());
    assert!(poll_once(&mut waiter).is_pending());
    assert!(poll_once(&mut next).is_pending());
    drop(waiter);
    assert!(
        poll_once(&mut next).is_pending(),
        "the first use still holds"
    );
    *holder = 1;
    holder.ready();
    assert_eq!(*block_on(next).unwrap(), 1);
}

#[gpu_pipeline]
async fn add(#[updates] total: u64, amount: u64) -> Result<u64> {
    total += amount;
    Ok(total)
}

/// H3: a job that is cancelled before its first step must not hang the chain.
#[test]
fn a_call_that_is_never_polled_releases_when_dropped() {
    let total = Resource::new(0);
    let first = add(&total, 1);
    let never_polled = add(&total, 10);
    let last = add(&total, 100);
    drop(never_polled);
    assert_eq!(block_on(first).unwrap(), 1);
    assert_eq!(block_on(last).unwrap(), 101);
}

#[gpu_pipeline]
async fn exit_early(
    #[queue] queue: Queue,
    #[writes] host: HostBuffer<f32>,
    #[writes] device: DeviceBuffer<f32>,
    #[updates] calls: u64,
    how: u8,
) -> Result<u8> {
    calls += 1;
    if how == 0 {
        return Ok(0);
    }
    host.fill(f32::from(how));
    if how == 1 {
        Err(Error::from(std::sync::Arc::new(gpu_stages::Failure::new(
            None,
            "on purpose",
        ))))?;
    }
    assert!(how != 2, "on purpose");
    queue.upload(&host, &mut device)?;
    queue.download(&device, &mut host)?;
    Ok(host[0] as u8)
}

/// H4: a forgotten `ready` must not hang later uses: every exit releases every resource.
#[test]
fn every_exit_releases_every_resource() {
    let queue = queue();
    let (host, device) = (host_buffers(1, 2), device_buffers(1, 2));
    let calls = Resource::new(0);
    for how in [0, 1, 2, 3, 0, 3, 1, 3, 2, 3] {
        let call = exit_early(&queue, &host, &device, &calls, how);
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| block_on(call)));
        match how {
            0 => assert_eq!(result.unwrap().unwrap(), 0),
            1 => assert!(result.unwrap().is_err()),
            2 => assert!(result.is_err()),
            _ => assert_eq!(
                result.unwrap().unwrap(),
                3,
                "what failed before is cleared by writing"
            ),
        }
    }
    // Counted ten times: `calls` was released before anything failed.
    assert_eq!(
        *block_on(calls.acquire_read().unwrap().wait_events()).unwrap(),
        10
    );
}

/// H5: one failure must not poison a resource for ever; and it is named.
#[test]
fn one_failure_does_not_poison_for_ever() {
    let queue = queue();
    let (host, device) = (host_buffers(1, 2), device_buffers(1, 2));
    let calls = Resource::new(0);
    assert!(block_on(exit_early(&queue, &host, &device, &calls, 1)).is_err());
    let error = block_on(host.acquire_read().unwrap().wait_events()).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("pipeline `exit_early`"), "{text}");
    assert!(text.contains("returned an error"), "{text}");
    assert_eq!(
        block_on(exit_early(&queue, &host, &device, &calls, 3)).unwrap(),
        3
    );
    block_on(host.acquire_read().unwrap().wait_events())
        .unwrap()
        .ready();
}

#[gpu_pipeline]
async fn forth(#[updates] a: u64, #[updates] b: u64) -> Result<()> {
    a += 1;
    tokio::task::yield_now().await;
    b += 1;
    Ok(())
}

#[gpu_pipeline]
async fn back(#[updates] a: u64, #[updates] b: u64) -> Result<()> {
    b += 1;
    tokio::task::yield_now().await;
    a += 1;
    Ok(())
}

/// H6: two frames that use two resources in opposite order must not deadlock.
#[test]
fn frames_that_use_resources_in_opposite_order_do_not_deadlock() {
    let (a, b) = (Resource::new(0), Resource::new(0));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut tasks = Vec::new();
        for _ in 0..500 {
            tasks.push(tokio::spawn(forth(&a, &b)));
            tasks.push(tokio::spawn(back(&a, &b)));
        }
        for task in tasks {
            task.await.unwrap().unwrap();
        }
    });
    let total = |r: &Resource<u64>| *block_on(r.acquire_read().unwrap().wait_events()).unwrap();
    assert_eq!((total(&a), total(&b)), (1_000, 1_000));
}

#[gpu_pipeline]
async fn relay(
    #[queue] first: Queue,
    #[queue] second: Queue,
    #[writes] a: DeviceBuffer<f32>,
    #[writes] b: DeviceBuffer<f32>,
    make: Kernel,
    pass_on: Kernel,
) -> Result<()> {
    first.launch(&make, a.len(), (&mut a,))?;
    second.launch(&pass_on, a.len(), (&a, &mut b))?;
    Ok(())
}

/// H7: without the marker between the queues, the second would read what the first has not written yet.
#[test]
fn a_queue_waits_for_the_data_of_another() {
    let (first, second) = (queue(), queue());
    let (a, b) = (device_buffers(1, 1), device_buffers(1, 1));
    let log = Log::default();
    let pass_on = {
        let log = log.clone();
        Kernel::new("pass on", move |a: &[f32], b: &mut [f32]| {
            log.note(a[0]);
            b.copy_from_slice(a);
        })
    };
    let gate = Gate::default();
    let mut calls = Vec::new();
    for frame in 0..4_u8 {
        let make = gate.kernel(f32::from(frame));
        let mut call = Box::pin(relay(&first, &second, &a, &b, make, pass_on.clone()));
        assert!(
            poll_once(&mut call).is_pending(),
            "all is enqueued, nothing can run"
        );
        calls.push(call);
    }
    assert_eq!(
        first.counts().commands,
        4,
        "the frames are enqueued one after another"
    );
    gate.open();
    for result in block_on(futures::future::join_all(calls)) {
        result.unwrap();
    }
    assert_eq!(log.entries(), [0.0, 1.0, 2.0, 3.0]);
}

#[gpu_pipeline]
async fn send(
    #[queue] queue: Queue,
    #[writes] host: HostBuffer<f32>,
    #[writes] device: DeviceBuffer<f32>,
    log: Log<u8>,
    frame: u8,
) -> Result<()> {
    {
        log.note(frame);
        host.fill(f32::from(frame));
    }
    queue.upload(&host, &mut device)?;
    Ok(())
}

/// H8: the first access to a buffer must be ordered after its wait, or the frame before is silently corrupted.
#[test]
fn the_host_touches_a_buffer_only_when_the_device_is_done_with_it() {
    let queue = queue();
    let (host, device) = (host_buffers(1, 1), device_buffers(1, 1));
    let other = device_buffers(1, 1);
    let gate = Gate::default();
    // Holds the queue, so that uploads stay in it.
    let mut hold = block_on(other.acquire_write().unwrap().wait_device(&queue)).unwrap();
    queue.launch(&gate.kernel(0.0), 1, (&mut *hold,)).unwrap();
    hold.ready();

    let log = Log::default();
    let mut first = pin!(send(&queue, &host, &device, log.clone(), 1));
    let mut second = pin!(send(&queue, &host, &device, log.clone(), 2));
    assert!(poll_once(&mut first).is_pending());
    for _ in 0..3 {
        assert!(poll_once(&mut second).is_pending());
    }
    assert_eq!(log.entries(), [1], "the first frame's upload has not run");
    gate.open();
    block_on(futures::future::join(first, second)).0.unwrap();
    assert_eq!(log.entries(), [1, 2]);
}
