//! Opaque stages: uses that the library does not see, on queues whose commands it does see.

use futures::FutureExt;
use futures::executor::block_on;
use futures::future::{join, try_join_all};
use gpu_stages::cpu::{Counts, Device, DeviceBuffer, HostBuffer, Kernel, Queue};
use gpu_stages::{CommandQueue, DeviceVisible, Error, Problem, Resource, Result, gpu_pipeline};
use gpu_stages_tests::{Gate, Log, device_buffers, failing, host_buffers, poll_once, queue, set};
use std::sync::{Arc, Mutex};

/// Stands for the memory that a plan's kernels share without the library's knowledge.
#[derive(DeviceVisible)]
struct Workspace;

/// Two kernels of a library that keeps its intermediate result to itself.
#[derive(Clone)]
struct Plan {
    scatter: Kernel,
    gather: Kernel,
}

impl Plan {
    fn new() -> Self {
        let memory = Arc::new(Mutex::new(Vec::new()));
        let read = memory.clone();
        Plan {
            scatter: Kernel::new("scatter", move |input: &[f32]| {
                std::thread::yield_now();
                memory.lock().unwrap().clear();
                std::thread::yield_now();
                memory.lock().unwrap().extend_from_slice(input);
            }),
            gather: Kernel::new("gather", move |output: &mut [f32]| {
                let memory = read.lock().unwrap();
                for (i, x) in output.iter_mut().enumerate() {
                    *x = memory.get(i).map_or(f32::NAN, |value| 2.0 * value);
                }
            }),
        }
    }
}

/// The workspace is written on one queue and read on another.
#[gpu_pipeline]
async fn transform(
    #[queue] first: Queue,
    #[queue] second: Queue,
    #[writes] input: DeviceBuffer<f32>,
    #[writes] output: DeviceBuffer<f32>,
    #[updates] workspace: Workspace,
    #[writes] result: HostBuffer<f32>,
    plan: Plan,
    value: f32,
) -> Result<f32> {
    first.fill(&mut input, value)?;
    #[stage(queue = first, writes(workspace))]
    first.launch(&plan.scatter, 1, (&input,))?;
    #[stage(queue = second, reads(workspace))]
    second.launch(&plan.gather, 1, (&mut output,))?;
    second.download(&output, &mut result)?;
    Ok(result.iter().sum())
}

#[test]
fn hidden_memory_is_used_in_order() {
    const FRAMES: u16 = 300;
    let queues = [queue(), queue(), queue(), queue()];
    let (input, output) = (device_buffers(3, 8), device_buffers(3, 8));
    let result = host_buffers(3, 8);
    let (workspace, plan) = (Resource::new(Workspace), Plan::new());
    let frames = (0..FRAMES).map(|frame| {
        // Each frame has other queues than the one before.
        let at = 2 * usize::from(frame % 2);
        let (first, second) = (&queues[at], &queues[at + 1]);
        transform(
            first,
            second,
            &input,
            &output,
            &workspace,
            &result,
            plan.clone(),
            f32::from(frame),
        )
    });
    let sums = block_on(try_join_all(frames)).unwrap();
    let expected: Vec<f32> = (0..FRAMES).map(|frame| 16.0 * f32::from(frame)).collect();
    assert_eq!(sums, expected);
}

/// A stage whose body shows neither its queue nor its resources.
#[gpu_pipeline]
async fn hidden(
    #[queue] queue: Queue,
    #[updates] token: Workspace,
    enqueue: impl FnOnce() -> Result<()>,
) -> Result<()> {
    #[stage(queue = queue, writes(token))]
    enqueue()?;
    Ok(())
}

#[gpu_pipeline]
async fn look(
    #[queue] queue: Queue,
    #[reads] token: Workspace,
    enqueue: impl FnOnce(),
) -> Result<()> {
    #[stage(queue = queue, reads(token))]
    enqueue();
    Ok(())
}

/// Enqueues a kernel with a guard that the surrounding pipeline does not know.
fn by_itself(queue: &Queue, kernel: &Kernel) -> Result<()> {
    let own = Resource::new(DeviceBuffer::<f32>::new(&Device::new(), 1)?);
    let held = own.acquire_write()?.wait_device(queue).now_or_never();
    let mut own = held.expect("it has no other use")?;
    queue.launch(kernel, 1, (&mut *own,))?;
    own.ready();
    Ok(())
}

#[test]
fn a_call_ends_after_the_commands_of_its_opaque_stages() {
    let (gate, queue, token) = (Gate::default(), queue(), Resource::new(Workspace));
    let mut writes = Box::pin(hidden(&queue, &token, || {
        by_itself(&queue, &gate.kernel(1.0))
    }));
    let mut reads = Box::pin(look(&queue, &token, || {}));
    assert!(poll_once(&mut writes).is_pending());
    assert!(
        poll_once(&mut reads).is_pending(),
        "the queue runs the writer first"
    );
    gate.open();
    let (writes, reads) = block_on(join(writes, reads));
    writes.and(reads).unwrap();
}

#[test]
fn a_call_waits_for_an_opaque_stage_that_only_reads() {
    let (gate, queue, token) = (Gate::default(), queue(), Resource::new(Workspace));
    let mut reads = Box::pin(look(&queue, &token, || {
        by_itself(&queue, &gate.kernel(1.0)).unwrap();
    }));
    assert!(poll_once(&mut reads).is_pending());
    gate.open();
    block_on(reads).unwrap();
}

#[test]
fn a_use_on_another_queue_is_ordered_after_an_opaque_stage() {
    let (gate, log) = (Gate::default(), Log::default());
    let (first, second, token) = (queue(), queue(), Resource::new(Workspace));
    let note = |number: u32| {
        let log = log.clone();
        Kernel::new("note", move |_: &mut [f32]| log.note(number))
    };
    let one = hidden(&first, &token, || {
        by_itself(&first, &gate.kernel(1.0))?;
        by_itself(&first, &note(1))
    });
    let two = hidden(&second, &token, || by_itself(&second, &note(2)));
    let mut both = Box::pin(join(one, two));
    assert!(poll_once(&mut both).is_pending());
    assert_eq!(log.entries(), []);
    gate.open();
    let (one, two) = block_on(both);
    one.and(two).unwrap();
    assert_eq!(log.entries(), [1, 2]);
}

fn since(queue: &Queue, before: Counts) -> (u64, u64) {
    let now = queue.counts();
    (now.barriers - before.barriers, now.markers - before.markers)
}

#[test]
fn one_barrier_if_needed_and_one_marker() {
    let (gate, first, second, token) =
        (Gate::default(), queue(), queue(), Resource::new(Workspace));
    let (before_first, before_second) = (first.counts(), second.counts());
    let enqueue = || by_itself(&first, &gate.kernel(0.0));
    let mut all = Box::pin(join(
        hidden(&first, &token, enqueue),
        hidden(&second, &token, || Ok(())),
    ));
    assert!(poll_once(&mut all).is_pending());
    assert_eq!(since(&first, before_first), (0, 1));
    assert_eq!(since(&second, before_second), (1, 1));
    gate.open();
    let (one, two) = block_on(all);
    one.and(two).unwrap();
}

/// An opaque stage reads what a failed command was to write: what the stage writes has failed, too.
#[gpu_pipeline]
async fn reads_failed(
    #[queue] first: Queue,
    #[queue] second: Queue,
    #[writes] data: DeviceBuffer<f32>,
    #[updates] token: Workspace,
    broken: Kernel,
) -> Result<()> {
    first.launch(&broken, 1, (&mut data,))?;
    #[stage(queue = second, reads(data), writes(token))]
    {}
    Ok(())
}

#[test]
fn failure_goes_through() {
    let (first, second, data) = (queue(), queue(), device_buffers(1, 1));
    let token = Resource::new(Workspace).named("token");
    let gate = Gate::default();
    by_itself(&first, &gate.kernel(0.0)).unwrap();
    let mut frame = Box::pin(reads_failed(&first, &second, &data, &token, failing()));
    // Everything is enqueued before anything fails.
    assert!(poll_once(&mut frame).is_pending());
    gate.open();
    let error = block_on(frame).unwrap_err();
    assert!(matches!(error, Error::Device { .. }), "{error}");
    let error = block_on(look(&second, &token, || {})).unwrap_err();
    assert!(matches!(error, Error::Poisoned { .. }), "{error}");
    assert!(error.to_string().contains("token"), "{error}");
}

/// An error in the statement: what was enqueued before it is waited for, and the resource is poisoned.
#[test]
fn an_early_exit_ends_the_use() {
    let (gate, queue, token) = (Gate::default(), queue(), Resource::new(Workspace));
    let mut frame = Box::pin(hidden(&queue, &token, || {
        by_itself(&queue, &gate.kernel(1.0))?;
        queue.launch(&set(0.0), 1, (1_f32,))
    }));
    assert!(poll_once(&mut frame).is_pending());
    gate.open();
    block_on(frame).unwrap_err();
    let error = block_on(look(&queue, &token, || {})).unwrap_err();
    assert!(matches!(error, Error::Poisoned { .. }), "{error}");
}

#[test]
fn only_on_the_queue_that_was_waited_for() {
    let (here, there, token) = (queue(), queue(), Resource::new(Workspace));
    let token = token.acquire_update().unwrap();
    let mut token = block_on(token.wait_device(&here)).unwrap();
    match there.opaque((&mut token,)).unwrap_err() {
        Error::Command { problem, .. } if matches!(*problem, Problem::WrongQueue) => {}
        error => panic!("{error}"),
    }
    drop(here.opaque((&token,)).unwrap());
    token.ready();
}

/// A use ends when its guard moves to another queue, before the use there begins.
#[test]
fn what_is_forgotten_or_kept_too_long() {
    for keeps in [false, true] {
        let (gate, log) = (Gate::default(), Log::default());
        let (here, there, token) = (queue(), queue(), Resource::new(Workspace));
        let note = |number: u32| {
            let log = log.clone();
            Kernel::new("note", move |_: &mut [f32]| log.note(number))
        };
        block_on(async {
            let token = token.acquire_update().unwrap();
            let mut token = token.wait_device(&here).await.unwrap();
            let first = here.opaque((&mut token,)).unwrap();
            by_itself(&here, &gate.kernel(1.0)).unwrap();
            by_itself(&here, &note(1)).unwrap();
            let first = if keeps {
                Some(first)
            } else {
                std::mem::forget(first);
                None
            };
            let mut token = token.wait_device(&there).await.unwrap();
            let second = there.opaque((&mut token,)).unwrap();
            let before = there.counts();
            drop(first);
            assert_eq!(since(&there, before), (0, 0), "the second use goes on");
            by_itself(&there, &note(2)).unwrap();
            drop(second);
            assert_eq!(since(&there, before), (0, 1));
            token.ready();
        });
        assert_eq!(log.entries(), []);
        gate.open();
        block_on(look(&here, &token, || {})).unwrap();
        assert_eq!(log.entries(), [1, 2]);
    }
}

/// Uses that began one by one and end together share one marker, which is ordered after all of them.
#[test]
fn one_marker_passes_the_failures_of_all_on() {
    let queue = queue();
    let (sound, reads_failed) = (device_buffers(1, 1), device_buffers(1, 1));
    block_on(async {
        let sound = sound.acquire_update().unwrap().wait_device(&queue).await;
        let mut sound = sound.unwrap();
        let guard = reads_failed
            .acquire_update()
            .unwrap()
            .wait_device(&queue)
            .await;
        let mut guard = guard.unwrap();
        let gate = Gate::default();
        queue.launch(&gate.kernel(1.0), 1, (&mut *sound,)).unwrap();
        queue.launch(&failing(), 1, (&mut *guard,)).unwrap();
        // Neither is dropped: both end where the guards leave the queue.
        std::mem::forget(queue.opaque((&mut sound,)).unwrap());
        std::mem::forget(queue.opaque((&mut guard,)).unwrap());
        let before = queue.counts().markers;
        queue.ready((sound, guard));
        assert_eq!(queue.counts().markers, before + 1);
        gate.open();
        let error = reads_failed.acquire_read().unwrap().wait_events().await;
        assert!(error.is_err(), "the failure is lost");
    });
}
