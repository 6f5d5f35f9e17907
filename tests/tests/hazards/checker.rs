//! The embedded device's hazard checker on running pipelines: it finds no hazard, and finds one as soon as one wait is
//! taken away.

use fastrand::Rng;
use futures::executor::block_on;
use futures::future::join_all;
use futures::stream::{self, StreamExt, TryStreamExt};
use gpu_stages::cpu::hazards::{Edge, EdgeKind, Trace};
use gpu_stages::cpu::{Cpu, Device, DeviceBuffer, HostBuffer, Queue};
use gpu_stages::{CommandQueue, Resource, Result, acquire, gpu_pipeline};
use gpu_stages_tests::talk::Talk;
use gpu_stages_tests::{Gate, poll_once};

fn recording() -> Device {
    Device::builder()
        .check_hazards(true)
        .record_trace(true)
        .build()
}

fn queues(device: &Device, count: usize) -> Vec<Queue> {
    let queue = |_| Queue::new(device).unwrap();
    (0..count).map(queue).collect()
}

fn talk(device: &Device, count: usize, slots: usize) -> Talk<Cpu> {
    Talk::with(device, queues(device, count), slots, 64)
}

/// How many edges of a kind there are.
fn count(trace: &Trace, kind: EdgeKind) -> usize {
    trace
        .edges()
        .iter()
        .filter(|edge| edge.kind == kind)
        .count()
}

#[test]
fn frames_in_flight_have_no_hazards() {
    for count in [1, 3] {
        for slots in 1..=3 {
            for in_flight in [1, 2, 5] {
                let device = recording();
                let talk = talk(&device, count, slots);
                let frames = stream::iter(0..40).map(|seed| talk.frame(seed));
                let sums: Vec<f32> = block_on(frames.buffered(in_flight).try_collect()).unwrap();
                assert_eq!(sums.len(), 40);
                device.assert_no_hazards();
                let trace = device.trace().unwrap();
                assert!(trace.hazards().is_empty());
            }
        }
    }
}

#[test]
fn cancelled_frames_leave_no_hazards() {
    for seed in 0..60 {
        let mut rng = Rng::with_seed(seed);
        let device = Device::builder().check_hazards(true).build();
        let talk = talk(&device, *rng.choice(&[1, 3]).unwrap(), rng.usize(1..=3));
        let mut frames = Vec::new();
        for seed in 0..30 {
            let mut frame = Box::pin(talk.frame(seed));
            for _ in 0..rng.usize(0..6) {
                if poll_once(&mut frame).is_ready() {
                    break;
                }
                std::thread::yield_now();
            }
            match rng.u8(0..3) {
                0 => drop(frame),
                _ => frames.push(frame),
            }
            if frames.len() > 4 {
                frames.clear();
            }
        }
        drop(frames);
        let fresh = talk.frame(1);
        assert_eq!(block_on(fresh).unwrap(), Talk::<Cpu>::expected(64, 1));
        drop(talk);
        device.assert_no_hazards();
    }
}

/// Holds a queue until the gate opens.
fn hold(device: &Device, queue: &Queue, gate: &Gate) {
    let buffer = Resource::new(DeviceBuffer::<f32>::new(device, 1).unwrap());
    let mut guard = block_on(buffer.acquire_write().unwrap().wait_device(queue)).unwrap();
    queue.launch(&gate.kernel(0.0), 1, (&mut *guard,)).unwrap();
    guard.ready();
}

/// Every wait of the device, taken away alone, makes a hazard. Returns how many there are.
fn assert_every_wait_is_needed(trace: &Trace) -> usize {
    assert!(trace.hazards().is_empty());
    for edge in trace.edges() {
        if edge.kind == EdgeKind::Wait {
            let hazards = trace.without(edge).hazards();
            assert!(!hazards.is_empty(), "{edge:?} was not needed: {trace:#?}");
        }
    }
    count(trace, EdgeKind::Wait)
}

#[test]
fn every_wait_of_the_talks_pipeline_is_needed() {
    for slots in 1..=4 {
        let device = recording();
        let queues = queues(&device, 3);
        let gate = Gate::default();
        queues.iter().for_each(|queue| hold(&device, queue, &gate));
        let talk = Talk::with(&device, queues, slots, 64);
        let mut frames: Vec<_> = (0..6).map(|seed| Box::pin(talk.frame(seed))).collect();
        for frame in &mut frames {
            assert!(poll_once(frame).is_pending());
        }
        let gated = assert_every_wait_is_needed(&device.trace().unwrap());
        assert!(gated >= 2 * slots, "upload to launch, launch to download");
        gate.open();
        for sum in block_on(join_all(frames)) {
            sum.unwrap();
        }
        assert_every_wait_is_needed(&device.trace().unwrap());
    }
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
    third.copy(&a[..8], &mut c[..8])?;
    third.copy(&b, &mut c)?;
    Ok(())
}

#[test]
fn a_report_names_both_commands_and_what_is_missing() {
    let device = recording();
    let queues = queues(&device, 3);
    let gate = Gate::default();
    queues.iter().for_each(|queue| hold(&device, queue, &gate));
    let buffer = |name| Resource::new(DeviceBuffer::new(&device, 16).unwrap()).named(name);
    let (a, b, c) = (buffer("first"), buffer("second"), buffer("third"));
    let mut frame = Box::pin(chain(&queues[0], &queues[1], &queues[2], &a, &b, &c));
    assert!(poll_once(&mut frame).is_pending());
    gate.open();
    block_on(frame).unwrap();
    let trace = device.trace().unwrap();
    let waits = trace
        .edges()
        .into_iter()
        .filter(|edge| edge.kind == EdgeKind::Wait);
    let reports: Vec<String> = waits
        .flat_map(|edge| trace.without(edge).hazards())
        .map(|hazard| hazard.to_string())
        .collect();
    let call = reports[0].split(['(', ')']).nth(1).unwrap().to_owned();
    let queue = |index: usize| queues[index].id().to_string();
    let expected = format!(
        "read after write: `second.copy` of `chain` ({call}) on {} reads `first`[0] in bytes 0..64; nothing orders \
         it after `first.fill` of `chain` ({call}) on {}, which writes it in bytes 0..64: a wait of {} for that \
         command is missing",
        queue(1),
        queue(0),
        queue(1),
    );
    assert_eq!(reports[0], expected);
    assert!(reports[1].contains("`first`[0] in bytes 0..32; nothing orders it after `first.fill`"));
    assert!(
        reports[2].contains("`second`[0] in bytes 0..64; nothing orders it after `second.copy`")
    );
}

/// Accepting poisoned contents must not forget what still runs.
#[test]
fn accepted_contents_are_used_after_the_commands_in_flight() {
    let device = Device::builder().check_hazards(true).build();
    let queues = queues(&device, 2);
    let gate = Gate::default();
    let buffer = Resource::new(DeviceBuffer::<f32>::new(&device, 16).unwrap());
    let mut poisons = block_on(buffer.acquire_update().unwrap().wait_device(&queues[0])).unwrap();
    queues[0]
        .launch(&gate.kernel(1.0), 1, (&mut *poisons,))
        .unwrap();
    drop(poisons);

    let next = buffer.acquire_update().unwrap();
    buffer.clear_poison();
    let mut next = block_on(next.wait_device(&queues[1])).unwrap();
    queues[1].fill(&mut next, 2.0).unwrap();
    next.ready();
    gate.open();
    device.assert_no_hazards();
}

/// A command that is not waited for because it was seen to be over is an edge, and the only one here.
#[test]
fn what_was_seen_to_be_over_is_ordered() {
    let device = recording();
    let queues = queues(&device, 2);
    let buffer = Resource::new(DeviceBuffer::<f32>::new(&device, 16).unwrap());
    for queue in &queues {
        let mut guard = block_on(buffer.acquire_update().unwrap().wait_device(queue)).unwrap();
        queue.fill(&mut guard, 2.0).unwrap();
        guard.ready();
        queue.finish();
    }
    device.assert_no_hazards();
    let trace = device.trace().unwrap();
    assert_eq!(count(&trace, EdgeKind::Wait), 0);
    let mut without = trace.clone();
    let seen = |edge: &Edge| edge.kind == EdgeKind::HostSeen;
    while let Some(edge) = without.edges().into_iter().find(seen) {
        without = without.without(edge);
    }
    assert_eq!(without.hazards().len(), 1);
}

#[test]
#[should_panic(expected = "this device checks nothing")]
fn a_device_that_checks_nothing_says_so() {
    Device::new().assert_no_hazards();
}

/// Each allocation of the manual interface is a call of its own: a command knows what all of its guards know.
#[test]
fn manual_guards_have_no_hazards() {
    let device = recording();
    let queues = queues(&device, 2);
    let host = Resource::new(HostBuffer::<f32>::new(&device, 16).unwrap());
    let buffer = Resource::new(DeviceBuffer::<f32>::new(&device, 16).unwrap());
    for round in 0..20 {
        let queue = &queues[round % 2];
        block_on(async {
            let mut guard = host.acquire_update().unwrap().wait_events().await.unwrap();
            guard.fill(1.0);
            guard.ready();
            let (source, target) = (
                buffer.acquire_read().unwrap(),
                host.acquire_update().unwrap(),
            );
            let source = source.wait_device(queue).await.unwrap();
            let mut target = target.wait_device(queue).await.unwrap();
            queue.download(&source, &mut target).unwrap();
            queue.ready((source, target));
            let (source, target) = acquire((host.reads(), buffer.updates())).unwrap();
            let source = source.wait_device(queue).await.unwrap();
            let mut target = target.wait_device(queue).await.unwrap();
            queue.upload(&source, &mut target).unwrap();
            queue.ready((source, target));
        });
    }
    device.assert_no_hazards();
    drop((host, buffer));
    device.assert_no_hazards();
}

/// What the checker remembers does not grow with the number of frames; its debug output shows all of it.
#[test]
fn the_checker_forgets_what_cannot_conflict_any_more() {
    let device = Device::builder().check_hazards(true).build();
    let talk = talk(&device, 3, 2);
    let mut remembered = Vec::new();
    for _ in 0..2 {
        for _ in 0..20 {
            let frames = stream::iter(0..50).map(|seed| talk.frame(seed));
            let _: Vec<f32> = block_on(frames.buffered(4).try_collect()).unwrap();
        }
        remembered.push(format!("{device:?}").len());
    }
    let (first, second) = (remembered[0], remembered[1]);
    assert!(second < first + first / 4, "{first}, then {second}");
    device.assert_no_hazards();
}
