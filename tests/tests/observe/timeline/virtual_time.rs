//! In virtual time the timing model determines every moment of a recording.

use super::{check_order, command, commands, ms, waits};
use crate::alone;
use gpu_stages::cpu::timing::{Cost, Timing};
use gpu_stages::cpu::{Cpu, Device, DeviceBuffer, HostBuffer, Queue, Simulation};
use gpu_stages::timeline::{Awaited, Outcome, Recording};
use gpu_stages::{Resource, Result, Timeline, gpu_pipeline};
use gpu_stages_tests::poll_once;
use gpu_stages_tests::talk::Talk;
use gpu_stages_tests::timed_talk::{STAGES, TimedTalk};
use std::time::Duration;

/// Records `frames` frames, at most `in_flight` at a time.
pub fn record(slots: usize, frames: u16, in_flight: usize) -> Recording {
    let talk = TimedTalk::new(slots);
    let timeline = talk.simulation.timeline(1_000);
    talk.run(frames, in_flight);
    timeline.recording()
}

/// When a stage was entered, began and was left on the host.
type OnHost = (u64, u64, u64);
/// When a command was enqueued, began and ended.
type OnDevice = (u64, u64, u64);

/// Checks the number `number` of the frames, stage by stage.
fn check(recording: &Recording, number: usize, expected: [(&str, OnHost, Option<OnDevice>); 5]) {
    let frame = &recording.frames()[number];
    assert_eq!(frame.stages().len(), 5);
    for (stage, (name, on_host, on_device)) in frame.stages().iter().zip(expected) {
        assert_eq!(stage.name(), name);
        let (entered, began, left) = on_host;
        let times = (stage.entered(), stage.began(), stage.left());
        assert_eq!(
            times,
            (ms(entered), Some(ms(began)), Some(ms(left))),
            "{name}"
        );
        assert_eq!(stage.commands().len(), usize::from(on_device.is_some()));
        if let Some((enqueued, began, ended)) = on_device {
            let it = command(stage);
            let times = (it.enqueued(), it.began(), it.ended());
            assert_eq!(
                times,
                (ms(enqueued), Some(ms(began)), Some(ms(ended))),
                "{name}"
            );
            assert!(!it.failed());
        }
    }
}

#[test]
fn a_frame_alone() {
    let _alone = alone();
    let recording = record(1, 1, 1);
    check_order(&recording);
    assert!(recording.is_virtual());
    assert_eq!((recording.begun(), recording.taken()), (1, ms(9)));
    assert_eq!(recording.duration(), ms(9));
    assert_eq!(recording.clock_error(), None);
    let names = recording.queues().iter().map(|queue| queue.name());
    assert_eq!(names.collect::<Vec<_>>(), ["up", "compute", "down"]);
    check(
        &recording,
        0,
        [
            ("fill", (0, 0, 1), None),
            ("up.upload", (1, 1, 1), Some((1, 1, 3))),
            ("compute.launch", (1, 1, 1), Some((1, 3, 6))),
            ("down.download", (1, 1, 1), Some((1, 6, 8))),
            ("reduce", (1, 8, 9), None),
        ],
    );
    let frame = &recording.frames()[0];
    assert_eq!((frame.number(), frame.pipeline()), (1, "process_one"));
    assert_eq!(frame.called(), ms(0));
    assert_eq!(
        (frame.returned(), frame.ended()),
        (Some(ms(9)), Some(ms(9)))
    );
    assert_eq!((frame.outcome(), frame.left_out()), (Outcome::Succeeded, 0));
    let queues = frame.stages().iter().map(|stage| stage.queue());
    assert!(queues.eq([None, Some("up"), Some("compute"), Some("down"), None]));
    assert!(frame.stages().iter().map(|stage| stage.index()).eq(0..5));
    let kinds = commands(frame).map(|it| (it.name(), it.kernel()));
    assert!(kinds.eq([
        ("upload", None),
        ("launch", Some("triple")),
        ("download", None)
    ]));
    let own = [("result", Awaited::Device, ms(1), Some(ms(8)))];
    assert_eq!(waits(&frame.stages()[4]), own);
    assert!(
        frame.stages()[..4]
            .iter()
            .all(|stage| stage.waits().is_empty())
    );
}

#[test]
fn the_second_frame_waits_for_the_first_where_it_must() {
    let _alone = alone();
    let recording = record(1, 2, 2);
    check_order(&recording);
    check(
        &recording,
        1,
        [
            // The buffer is released when the first upload is enqueued, and free when that is over.
            ("fill", (0, 3, 4), None),
            // The first kernel reads until 6 what the upload writes.
            ("up.upload", (4, 4, 4), Some((4, 6, 8))),
            ("compute.launch", (4, 4, 4), Some((4, 8, 11))),
            // The first frame looks at the result until 9.
            ("down.download", (4, 9, 9), Some((9, 11, 13))),
            ("reduce", (9, 13, 14), None),
        ],
    );
    let frame = &recording.frames()[1];
    assert_eq!((frame.called(), frame.ended()), (ms(0), Some(ms(14))));
    let (turn, device) = (Awaited::Turn, Awaited::Device);
    let h_in = [
        ("h_in", turn, ms(0), Some(ms(1))),
        ("h_in", device, ms(1), Some(ms(3))),
    ];
    assert_eq!(waits(&frame.stages()[0]), h_in);
    assert_eq!(waits(&frame.stages()[1]), []);
    assert_eq!(waits(&frame.stages()[2]), []);
    let result = [("result", turn, ms(4), Some(ms(9)))];
    assert_eq!(waits(&frame.stages()[3]), result);
    let result = [("result", device, ms(9), Some(ms(13)))];
    assert_eq!(waits(&frame.stages()[4]), result);
}

#[test]
fn everything_takes_as_long_as_the_model_says() {
    let _alone = alone();
    for (slots, makespan) in [(1, 9 + 9 * 5), (2, 9 + 9 * 3), (3, 9 + 9 * 3)] {
        let recording = record(slots, 10, 4);
        check_order(&recording);
        assert_eq!(recording.frames().len(), 10);
        assert_eq!(recording.duration(), ms(makespan), "{slots} slots");
        for frame in recording.frames() {
            let work = frame
                .stages()
                .iter()
                .map(|stage| match stage.commands().first() {
                    Some(command) => command.ended().unwrap() - command.began().unwrap(),
                    None => stage.left().unwrap() - stage.began().unwrap(),
                });
            let expected = STAGES.map(ms);
            assert!(work.eq(expected), "{frame:?}");
            let device: Vec<_> = commands(frame).map(|it| (it.began(), it.ended())).collect();
            assert!(
                device.windows(2).all(|pair| pair[0].1 <= pair[1].0),
                "{frame:?}"
            );
        }
    }
}

#[test]
fn a_recording_can_be_taken_at_any_time() {
    let _alone = alone();
    let simulation = Simulation::timed(Timing::new().uploads(Cost::fixed(ms(4))));
    let device = Device::builder().simulated(&simulation).build();
    let queue = Queue::new(&device).unwrap();
    #[gpu_pipeline]
    async fn upload(
        #[queue] queue: Queue,
        #[reads] host: HostBuffer<u8>,
        #[writes] device: DeviceBuffer<u8>,
    ) -> Result<()> {
        queue.upload(&host, &mut device)?;
        Ok(())
    }
    let host = Resource::new(HostBuffer::new(&device, 4).unwrap());
    let buffer = Resource::new(DeviceBuffer::new(&device, 4).unwrap());
    let timeline = simulation.timeline(10);
    let mut frame = Box::pin(upload(&queue, &host, &buffer));
    assert!(poll_once(&mut frame).is_pending());
    let recording = timeline.recording();
    let first = &recording.frames()[0];
    assert_eq!((first.outcome(), first.ended()), (Outcome::InFlight, None));
    assert_eq!(
        first.returned(),
        Some(ms(0)),
        "its body is over, and its command is not"
    );
    assert_eq!(command(&first.stages()[0]).ended(), None);
    simulation.block_on(frame).unwrap();
    let recording = timeline.recording();
    let first = &recording.frames()[0];
    assert_eq!(
        (first.outcome(), first.ended()),
        (Outcome::Succeeded, Some(ms(4)))
    );
    assert_eq!(first.returned(), Some(ms(0)));
    let upload = command(&first.stages()[0]);
    assert_eq!((upload.began(), upload.ended()), (Some(ms(0)), Some(ms(4))));
}

#[test]
fn devices_of_other_clocks_have_no_times() {
    let _alone = alone();
    let (simulation, other) = (Simulation::new(), Simulation::new());
    let timeline = simulation.timeline(10);
    let talk = Talk::<Cpu>::new(3, 1, 4);
    futures::executor::block_on(talk.frame(1)).unwrap();
    let device = Device::builder().simulated(&other).build();
    let queues = [(); 3].map(|()| Queue::new(&device).unwrap());
    let talk = Talk::<Cpu>::with(&device, queues.into(), 1, 4);
    other.block_on(talk.frame(2)).unwrap();
    let recording = timeline.recording();
    assert_eq!(recording.frames().len(), 2);
    for frame in recording.frames() {
        assert_eq!(commands(frame).count(), 3);
        assert!(commands(frame).all(|it| it.began().is_none() && it.enqueued() == Duration::ZERO));
    }
}

/// A command that was over before the host asked for it made no stage wait.
#[test]
fn nothing_to_wait_for_is_no_wait() {
    let _alone = alone();
    let simulation = Simulation::new();
    let device = Device::builder().simulated(&simulation).build();
    let queues = [(); 3].map(|()| Queue::new(&device).unwrap());
    let talk = Talk::<Cpu>::with(&device, queues.into(), 2, 4);
    let timeline = Timeline::new(10);
    let mut first = Box::pin(talk.frame(1));
    assert!(poll_once(&mut first).is_pending());
    // These acquire while the first frame's commands are to run, and are polled when they have.
    let (second, third) = (talk.frame(2), talk.frame(3));
    while simulation.step(0) {}
    assert!(poll_once(&mut first).is_ready());
    simulation
        .block_on(async { futures::try_join!(second, third) })
        .unwrap();
    let recording = timeline.recording();
    check_order(&recording);
    assert_eq!(waits(&recording.frames()[2].stages()[0]), []);
}
