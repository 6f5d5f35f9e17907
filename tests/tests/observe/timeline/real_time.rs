//! On the embedded device: orders and counts, in real time.

use super::{check_order, command, commands, waits};
use crate::alone;
use futures::executor::block_on;
use futures::future::join_all;
use gpu_stages::cpu::{Cpu, Device, DeviceBuffer, HostBuffer, Kernel, Queue, Simulation};
use gpu_stages::timeline::{Awaited, Outcome};
use gpu_stages::{CommandQueue, Resource, Result, Timeline, gpu_pipeline};
use gpu_stages_tests::talk::{Talk, TestBackend};
use gpu_stages_tests::{Gate, device_buffers, host_buffers, poll_once, queue};

/// What holds of frames of the talk's pipeline on any device.
pub fn check_talk<B: TestBackend>(queues: usize, slots: usize, frames: u32) {
    let timeline = Timeline::new(1_000);
    let talk = Talk::<B>::new(queues, slots, 256);
    for results in block_on(join_all((0..frames).map(|seed| talk.frame(seed)))) {
        results.unwrap();
    }
    let recording = timeline.recording();
    check_order(&recording);
    assert!(!recording.is_virtual());
    assert_eq!(recording.frames().len(), frames as usize);
    assert!(
        recording
            .frames()
            .iter()
            .map(|frame| frame.number())
            .eq(1..=frames.into())
    );
    assert_eq!(recording.queues().len(), queues);
    for frame in recording.frames() {
        assert_eq!(frame.outcome(), Outcome::Succeeded);
        let names = frame.stages().iter().map(|stage| stage.name());
        match queues {
            1 => {
                let names: Vec<_> = names.collect();
                assert_eq!(
                    names[1..4],
                    ["queue.upload", "queue.launch", "queue.download"]
                );
            }
            _ => assert!(names.eq([
                "fill",
                "up.upload",
                "compute.launch",
                "down.download",
                "sum"
            ])),
        }
        let kinds = commands(frame).map(|it| (it.name(), it.kernel()));
        assert!(kinds.eq([
            ("upload", None),
            ("launch", Some("triple")),
            ("download", None)
        ]));
        // The clocks of devices differ a little from the host's.
        let error = recording.clock_error().unwrap_or_default();
        for it in commands(frame) {
            assert!(it.enqueued() <= it.began().unwrap() + error, "{frame:?}");
            assert!(
                it.ended().unwrap() <= frame.ended().unwrap() + error,
                "{frame:?}"
            );
        }
        // Each needs what the one before made.
        let spans: Vec<_> = commands(frame).map(|it| (it.began(), it.ended())).collect();
        assert!(
            spans.windows(2).all(|pair| pair[0].1 <= pair[1].0),
            "{frame:?}"
        );
    }
}

#[test]
fn all_frames_are_there_in_order() {
    let _alone = alone();
    for (queues, slots) in [(1, 1), (1, 2), (3, 1), (3, 2), (3, 3)] {
        check_talk::<Cpu>(queues, slots, 30);
    }
}

#[test]
fn recording_changes_nothing_about_what_is_enqueued() {
    let _alone = alone();
    // Without threads, so that no wait is there by chance.
    let counts = |queues: usize, slots| {
        let simulation = Simulation::new();
        let device = Device::builder().simulated(&simulation).build();
        let queue = |_| Queue::new(&device).unwrap();
        let talk = Talk::<Cpu>::with(&device, (0..queues).map(queue).collect(), slots, 64);
        let frames = join_all((0..10).map(|seed| talk.frame(seed)));
        assert!(simulation.block_on(frames).iter().all(Result::is_ok));
        talk.queues.iter().map(Queue::counts).collect::<Vec<_>>()
    };
    for (queues, slots) in [(1, 1), (3, 1), (3, 2)] {
        let without = counts(queues, slots);
        let timeline = Timeline::new(10);
        assert_eq!(counts(queues, slots), without);
        assert_eq!(timeline.recording().frames().len(), 10);
    }
}

#[gpu_pipeline]
async fn fetch(
    #[queue] queue: Queue,
    #[updates] data: DeviceBuffer<f32>,
    #[writes] out: HostBuffer<f32>,
    kernel: Kernel,
) -> Result<f32> {
    queue.launch(&kernel, 1, (&mut data,))?;
    queue.download(&data, &mut out)?;
    Ok(out[0])
}

#[test]
fn waits_are_named_while_they_last_and_afterwards() {
    let _alone = alone();
    let (queue, gate) = (queue(), Gate::default());
    let (data, out) = (device_buffers(1, 1), host_buffers(1, 1).named("held up"));
    let timeline = Timeline::new(10);
    let frame = || Box::pin(fetch(&queue, &data, &out, gate.kernel(1.0)));
    let (mut first, mut second) = (frame(), frame());
    for _ in 0..3 {
        assert!(poll_once(&mut first).is_pending());
        assert!(poll_once(&mut second).is_pending());
    }

    let recording = timeline.recording();
    let [first_frame, second_frame] = recording.frames() else {
        panic!("{recording:?}")
    };
    let last = first_frame.stages().last().unwrap();
    assert_eq!((last.began(), last.left()), (None, None));
    let [(resource, awaited, _, ended)] = waits(last)[..] else {
        panic!("{last:?}")
    };
    assert_eq!(
        (resource, awaited, ended),
        ("held up", Awaited::Device, None)
    );
    let launch = command(&first_frame.stages()[0]);
    assert_eq!((launch.ended(), launch.failed()), (None, false));
    let last = second_frame.stages().last().unwrap();
    assert_eq!((last.name(), last.began()), ("queue.download", None));
    let [(resource, awaited, _, ended)] = waits(last)[..] else {
        panic!("{last:?}")
    };
    assert_eq!((resource, awaited, ended), ("held up", Awaited::Turn, None));

    gate.open();
    block_on(async { futures::try_join!(first, second) }).unwrap();
    let recording = timeline.recording();
    check_order(&recording);
    let ended = |frame: usize, stage: usize| {
        let stage = &recording.frames()[frame].stages()[stage];
        stage.waits().iter().all(|wait| wait.ended().is_some()) && stage.began().is_some()
    };
    assert!(ended(0, 2) && ended(1, 1) && ended(1, 2));
    assert_eq!(waits(&recording.frames()[1].stages()[1]).len(), 1);
}

#[test]
fn one_queue_of_several_names_has_one_track() {
    let _alone = alone();
    let timeline = Timeline::new(10);
    let one = queue();
    let talk = Talk::<Cpu>::on(vec![one.clone(), one.clone(), one], 1, 16);
    block_on(talk.frame(1)).unwrap();
    let recording = timeline.recording();
    check_order(&recording);
    let names: Vec<_> = recording
        .queues()
        .iter()
        .map(|queue| queue.name())
        .collect();
    assert_eq!(names, ["up/compute/down"]);
}

#[test]
fn several_queues_of_one_name_are_told_apart() {
    let _alone = alone();
    let timeline = Timeline::new(10);
    for _ in 0..3 {
        let (queue, data, out) = (queue(), device_buffers(1, 1), host_buffers(1, 1));
        block_on(fetch(&queue, &data, &out, gpu_stages_tests::set(1.0))).unwrap();
    }
    let recording = timeline.recording();
    let names: Vec<_> = recording
        .queues()
        .iter()
        .map(|queue| queue.name())
        .collect();
    assert_eq!(names, ["queue", "queue (2)", "queue (3)"]);
}

#[test]
fn what_is_done_by_hand_is_recorded_too() {
    let _alone = alone();
    let (queue, data) = (queue(), device_buffers(1, 4).named("by hand"));
    let timeline = Timeline::new(10);
    block_on(async {
        let mut data = data
            .acquire_write()
            .unwrap()
            .wait_device(&queue)
            .await
            .unwrap();
        let kernel = gpu_stages_tests::set(2.0);
        queue.launch(&kernel, 4, (&mut *data,)).unwrap();
        queue.ready((data,));
        queue.marker().unwrap().wait().await.unwrap();
    });
    let recording = timeline.recording();
    check_order(&recording);
    let [frame] = recording.frames() else {
        panic!("{recording:?}")
    };
    assert_eq!(
        (frame.pipeline(), frame.outcome()),
        ("manual", Outcome::Released)
    );
    let launch = command(&frame.stages()[0]);
    assert_eq!((launch.name(), launch.kernel()), ("launch", Some("set")));
    assert!(launch.began().is_some() && launch.ended() >= launch.began());
    assert_eq!(recording.queues()[0].name(), "queue 1");
}

#[test]
fn an_opaque_stage_shows_its_barrier_and_marker() {
    let _alone = alone();
    #[gpu_pipeline]
    async fn opaque(
        #[queue] up: Queue,
        #[queue] across: Queue,
        #[reads] host: HostBuffer<f32>,
        #[writes] data: DeviceBuffer<f32>,
    ) -> Result<()> {
        up.upload(&host, &mut data)?;
        #[stage(name = "hidden", queue = across, writes(data))]
        {
            std::hint::black_box(1);
        }
        Ok(())
    }
    let (up, across) = (queue(), queue());
    let (host, data) = (host_buffers(1, 4), device_buffers(1, 4));
    let timeline = Timeline::new(10);
    block_on(opaque(&up, &across, &host, &data)).unwrap();
    let recording = timeline.recording();
    check_order(&recording);
    let hidden = &recording.frames()[0].stages()[1];
    assert_eq!((hidden.name(), hidden.queue()), ("hidden", Some("across")));
    let marker = hidden.commands().last().unwrap();
    assert_eq!((marker.name(), marker.works()), ("marker", false));
    assert!(marker.began() >= command(&recording.frames()[0].stages()[0]).ended());
}

/// Events of a device on which no command of the other can wait: the host waits.
#[test]
fn a_wait_of_the_host_on_behalf_of_a_queue_is_shown() {
    let _alone = alone();
    let simulation = Simulation::new();
    let device = Device::builder().simulated(&simulation).build();
    let simulated = Queue::new(&device).unwrap();
    let data = Resource::new(DeviceBuffer::<f32>::new(&device, 1).unwrap()).named("shared");
    #[gpu_pipeline]
    async fn write(#[queue] queue: Queue, #[updates] data: DeviceBuffer<f32>) -> Result<()> {
        queue.fill(&mut data, 1.0)?;
        Ok(())
    }
    let timeline = Timeline::new(10);
    let (mut first, second) = (Box::pin(write(&simulated, &data)), write(&queue(), &data));
    assert!(poll_once(&mut first).is_pending());
    let mut second = Box::pin(second);
    assert!(poll_once(&mut second).is_pending());
    simulation
        .block_on(async { futures::try_join!(first, second) })
        .unwrap();
    let recording = timeline.recording();
    check_order(&recording);
    let waits = waits(&recording.frames()[1].stages()[0]);
    assert!(
        matches!(waits[..], [("shared", Awaited::Device, _, Some(_))]),
        "{waits:?}"
    );
}
