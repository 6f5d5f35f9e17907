//! Promise 5: no more waits than needed, counted on the embedded device. Gates hold all queues, so that no wait is
//! skipped because a command was over by chance.

use futures::executor::block_on;
use gpu_stages::cpu::{Counts, DeviceBuffer, Queue};
use gpu_stages::{Resource, Result, gpu_pipeline};
use gpu_stages_tests::{Gate, device_buffers, poll_once, queue, set};

/// Holds a queue until the gate opens.
fn hold(queue: &Queue, gate: &Gate) {
    let buffer = device_buffers(1, 1);
    let mut guard = block_on(buffer.acquire_write().unwrap().wait_device(queue)).unwrap();
    queue.launch(&gate.kernel(0.0), 1, (&mut *guard,)).unwrap();
    guard.ready();
}

fn held() -> (Queue, Gate) {
    let (queue, gate) = (queue(), Gate::default());
    hold(&queue, &gate);
    (queue, gate)
}

/// Commands and waits since the queue was held; never a marker or barrier.
fn counts(queue: &Queue) -> (u64, u64) {
    let Counts {
        commands,
        waits,
        markers,
        barriers,
        ..
    } = queue.counts();
    assert_eq!(
        (markers, barriers),
        (0, 0),
        "commands carry their own waits and events"
    );
    (commands - 1, waits)
}

#[gpu_pipeline]
async fn chain(
    #[queue] first: Queue,
    #[queue] second: Queue,
    #[queue] third: Queue,
    #[writes] a: DeviceBuffer<f32>,
    #[writes] b: DeviceBuffer<f32>,
    #[writes] c: DeviceBuffer<f32>,
) -> Result<()> {
    first.fill(&mut a, 1.0)?;
    second.copy(&a, &mut b)?;
    {
        third.copy(&a, &mut c)?;
        third.copy(&b, &mut c)?;
    }
    Ok(())
}

#[test]
fn what_another_wait_implies_is_not_waited_for() {
    let (queues, gates): (Vec<_>, Vec<_>) = (0..3).map(|_| held()).unzip();
    let (a, b, c) = (
        device_buffers(1, 4),
        device_buffers(1, 4),
        device_buffers(1, 4),
    );
    let frame = || Box::pin(chain(&queues[0], &queues[1], &queues[2], &a, &b, &c));
    let mut frames = [frame(), frame()];
    assert!(poll_once(&mut frames[0]).is_pending());
    assert_eq!(counts(&queues[0]), (1, 0));
    assert_eq!(
        counts(&queues[1]),
        (1, 1),
        "`a`, written on the first queue"
    );
    assert_eq!(counts(&queues[2]), (2, 2), "`a`, then `b`");

    assert!(poll_once(&mut frames[1]).is_pending());
    // `a` was read on the second queue and on the third. The third's last use of `a` is not ordered after the second's
    // copy, so both are waited for.
    assert_eq!(counts(&queues[0]), (2, 2));
    // `a` is new on the first queue, which is ordered after the third's copy of `a` but not after its copy of `b`.
    assert_eq!(counts(&queues[1]), (2, 3));
    // `a` and `b` are new, `c` is the third queue's own. The second queue's copy is ordered after the fill.
    assert_eq!(counts(&queues[2]), (4, 4));
    gates.iter().for_each(Gate::open);
    let results = block_on(futures::future::join_all(frames));
    results.into_iter().for_each(|result| result.unwrap());
}

#[gpu_pipeline]
async fn fan_in(
    #[queue] first: Queue,
    #[queue] second: Queue,
    #[queue] third: Queue,
    #[writes] a: DeviceBuffer<f32>,
    #[writes] b: DeviceBuffer<f32>,
    #[writes] c: DeviceBuffer<f32>,
    sum: gpu_stages::cpu::Kernel,
) -> Result<()> {
    first.fill(&mut a, 1.0)?;
    second.copy(&a, &mut b)?;
    third.launch(&sum, a.len(), (&a, &b, &mut c))?;
    Ok(())
}

#[test]
fn one_of_two_waits_of_a_command_implies_the_other() {
    let (queues, gates): (Vec<_>, Vec<_>) = (0..3).map(|_| held()).unzip();
    let (a, b, c) = (
        device_buffers(1, 4),
        device_buffers(1, 4),
        device_buffers(1, 4),
    );
    let sum = gpu_stages::cpu::Kernel::new("sum", |a: &[f32], b: &[f32], c: &mut [f32]| {
        for ((a, b), c) in a.iter().zip(b).zip(c) {
            *c = a + b;
        }
    });
    let mut frame = Box::pin(fan_in(&queues[0], &queues[1], &queues[2], &a, &b, &c, sum));
    assert!(poll_once(&mut frame).is_pending());
    assert_eq!(counts(&queues[2]), (1, 1), "`b` was made after `a`");
    gates.iter().for_each(Gate::open);
    block_on(frame).unwrap();
}

#[gpu_pipeline]
async fn use_twice(
    #[queue] first: Queue,
    #[queue] second: Queue,
    #[writes] a: DeviceBuffer<f32>,
    #[writes] b: DeviceBuffer<f32>,
    #[writes] c: DeviceBuffer<f32>,
) -> Result<()> {
    first.fill(&mut a, 1.0)?;
    first.copy(&a, &mut b)?;
    second.copy(&b, &mut c)?;
    second.copy(&a, &mut c)?;
    Ok(())
}

#[test]
fn what_the_queue_has_waited_for_already_is_not_waited_for_again() {
    let (first, gate) = held();
    let second = queue();
    hold(&second, &gate);
    let (a, b, c) = (
        device_buffers(1, 4),
        device_buffers(1, 4),
        device_buffers(1, 4),
    );
    let mut frame = Box::pin(use_twice(&first, &second, &a, &b, &c));
    assert!(poll_once(&mut frame).is_pending());
    assert_eq!(counts(&first), (2, 0), "the queue orders by itself");
    assert_eq!(
        counts(&second),
        (2, 1),
        "`a` was written before `b` on one queue"
    );
    gate.open();
    block_on(frame).unwrap();
}

#[test]
fn one_queue_needs_no_waits_whatever_the_slots() {
    for slots in 1..4 {
        let (queue, gate) = held();
        let buffers = || device_buffers(slots, 4);
        let (a, b, c) = (buffers(), buffers(), buffers());
        let mut frames: Vec<_> = (0..6)
            .map(|_| Box::pin(chain(&queue, &queue, &queue, &a, &b, &c)))
            .collect();
        for frame in &mut frames {
            assert!(poll_once(frame).is_pending());
        }
        assert_eq!(counts(&queue), (24, 0));
        gate.open();
        block_on(futures::future::join_all(frames));
    }
}

#[test]
fn slots_remove_false_dependencies() {
    let waits = |slots| {
        let (queues, gates): (Vec<_>, Vec<_>) = (0..2).map(|_| held()).unzip();
        let (a, b): (Resource<_>, Resource<_>) =
            (device_buffers(slots, 4), device_buffers(slots, 4));
        let mut frames: Vec<_> = (0..3)
            .map(|_| Box::pin(pass(&queues[0], &queues[1], &a, &b)))
            .collect();
        for frame in &mut frames {
            assert!(poll_once(frame).is_pending());
        }
        let waits = (counts(&queues[0]).1, counts(&queues[1]).1);
        gates.iter().for_each(Gate::open);
        block_on(futures::future::join_all(frames));
        waits
    };
    assert_eq!(waits(3), (0, 3), "only the data");
    assert_eq!(
        waits(2),
        (1, 3),
        "the third frame takes the first one's slot"
    );
    assert_eq!(
        waits(1),
        (2, 3),
        "each frame but the first waits for the one before"
    );
}

#[gpu_pipeline]
async fn pass(
    #[queue] first: Queue,
    #[queue] second: Queue,
    #[writes] a: DeviceBuffer<f32>,
    #[writes] b: DeviceBuffer<f32>,
) -> Result<()> {
    first.fill(&mut a, 1.0)?;
    second.copy(&a, &mut b)?;
    Ok(())
}

#[test]
fn what_is_over_is_not_waited_for() {
    let queues = [queue(), queue()];
    let (a, b) = (device_buffers(1, 4), device_buffers(1, 4));
    block_on(pass(&queues[0], &queues[1], &a, &b)).unwrap();
    let before = queues[0].counts().waits;
    block_on(pass(&queues[0], &queues[1], &a, &b)).unwrap();
    assert_eq!(
        queues[0].counts().waits,
        before,
        "the frame before was complete"
    );
}

/// An event that is over by the time of the command is not waited for, even if it was pending when the use began.
#[test]
fn what_is_over_by_then_is_not_waited_for() {
    let (data, gate) = (device_buffers(1, 1), Gate::default());
    let (here, there) = (queue(), queue());
    let mut guard = block_on(data.acquire_write().unwrap().wait_device(&here)).unwrap();
    here.launch(&gate.kernel(1.0), 1, (&mut *guard,)).unwrap();
    guard.ready();
    let mut guard = block_on(data.acquire_update().unwrap().wait_device(&there)).unwrap();
    gate.open();
    here.finish();
    there.launch(&set(2.0), 1, (&mut *guard,)).unwrap();
    assert_eq!(there.counts().waits, 0);
    guard.ready();
}
