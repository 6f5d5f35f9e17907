//! Timelines: host and device times of calls and stages, as data, pictures and traces.

mod bounded;
#[cfg(feature = "opencl")]
mod opencl;
mod outcomes;
mod pictures;
mod random_programs;
mod real_time;
mod traces;
mod virtual_time;

use gpu_stages::timeline::{Awaited, Command, Frame, Recording, StageRun};
use gpu_stages_tests::timed_talk::ms;
use std::time::Duration;

/// The one command of a stage.
fn command(stage: &StageRun) -> &Command {
    let [command] = stage.commands() else {
        panic!("{stage:?}")
    };
    command
}

/// A stage's waits: the resource, what was awaited, from when to when.
fn waits(stage: &StageRun) -> Vec<(&str, Awaited, Duration, Option<Duration>)> {
    let waits = stage.waits().iter();
    let waits = waits.map(|wait| (wait.resource(), wait.awaited(), wait.began(), wait.ended()));
    waits.collect()
}

/// All commands of `frame`, in order.
fn commands(frame: &Frame) -> impl Iterator<Item = &Command> {
    frame.stages().iter().flat_map(|stage| stage.commands())
}

/// What must hold of the times of every recording of frames that are over.
fn check_order(recording: &Recording) {
    for frame in recording.frames() {
        let ended = frame.ended().expect("it is over");
        let returned = frame.returned().expect("it is over");
        assert!(frame.called() <= returned && returned <= ended && ended <= recording.taken());
        let mut before = frame.called();
        for stage in frame.stages() {
            assert!(before <= stage.entered(), "{frame:?}");
            before = stage.left().expect("it is over");
            for wait in stage.waits() {
                let ended = wait.ended().unwrap_or(before);
                assert!(
                    stage.entered() <= wait.began() && wait.began() <= ended && ended <= before
                );
            }
            let began = stage.began().unwrap_or(before);
            assert!(stage.entered() <= began && began <= before, "{stage:?}");
            for command in stage.commands() {
                // Some markers come where the resource is used next.
                let is_in_time = command.enqueued() <= before || !command.works();
                assert!(began <= command.enqueued() && is_in_time, "{stage:?}");
            }
        }
        assert!(before <= returned, "{frame:?}");
    }
    for queue in recording.queues() {
        let all = recording.frames().iter().flat_map(commands);
        let own = all.filter(|command| command.queue() == queue.id());
        let mut spans: Vec<_> = own
            .filter_map(|it| Some((it.began()?, it.ended()?)))
            .collect();
        spans.sort_unstable();
        for (began, ended) in &spans {
            assert!(began <= ended, "{queue:?}");
        }
        let overlaps = spans.windows(2).filter(|pair| pair[0].1 > pair[1].0);
        assert_eq!(
            overlaps.count(),
            0,
            "commands of {} overlap: {spans:?}",
            queue.name()
        );
    }
}
