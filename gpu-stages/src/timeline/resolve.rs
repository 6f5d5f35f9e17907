//! Makes a [`Recording`] of what was recorded: asks devices for their times, and puts all times on one clock.

use super::clock::Alignment;
use super::recorder::{CommandRecord, FrameRecord, Recorder, StageRecord, WaitRecord};
use super::recording::{Command, Frame, QueueTrack, Recording, StageRun, Wait};
use crate::observe::device_times::{ClockId, OnDevice, OwnClock};
use crate::schedule::Stage;
use crate::sync::clock::QueueId;
use std::collections::HashMap;
use std::time::Duration;

/// The clocks of devices, and the names of queues.
struct Resolver<'a> {
    recorder: &'a Recorder,
    clocks: HashMap<usize, Alignment>,
    queues: Vec<(QueueId, Vec<&'static str>)>,
}

/// A command, with the times that its device has told.
type Asked = (CommandRecord, OnDevice);

pub(super) fn resolve(recorder: &Recorder) -> Recording {
    let records = recorder.records();
    let mut resolver = Resolver {
        recorder,
        clocks: HashMap::new(),
        queues: Vec::new(),
    };
    // Every command tells something about its device's clock: all are asked before any time is converted.
    let mut asked: Vec<(FrameRecord, Vec<Vec<Asked>>)> = Vec::new();
    for mut frame in records.frames {
        let stages = frame.stages.iter_mut();
        let commands = stages.map(|stage| resolver.ask(std::mem::take(&mut stage.commands)));
        let commands = commands.collect();
        asked.push((frame, commands));
    }
    let frames = asked.into_iter();
    let frames = frames
        .map(|(frame, commands)| resolver.frame(frame, commands))
        .collect();
    Recording {
        frames,
        queues: names(&resolver.queues),
        begun: records.begun,
        taken: records.taken,
        is_virtual: recorder.clock() != ClockId::Host,
        clock_error: resolver.clocks.values().filter_map(Alignment::error).max(),
    }
}

impl Resolver<'_> {
    fn ask(&mut self, commands: Vec<CommandRecord>) -> Vec<Asked> {
        let ask = |command: CommandRecord| {
            let said = command.device.on_device(self.recorder.clock());
            if let Some(OwnClock {
                number,
                queued: Some(queued),
            }) = said.own_clock
            {
                let (before, after) = command.between;
                self.clocks
                    .entry(number)
                    .or_default()
                    .narrow(queued, before, after);
            }
            (command, said)
        };
        commands.into_iter().map(ask).collect()
    }

    fn frame(&mut self, frame: FrameRecord, commands: Vec<Vec<Asked>>) -> Frame {
        let schedule = frame.schedule;
        let stages = frame.stages.into_iter().zip(commands);
        let stages = stages.map(|(stage, commands)| {
            let declared = schedule.stages.get(stage.index);
            self.stage(stage, declared, commands)
        });
        Frame {
            stages: stages.collect(),
            number: frame.number,
            pipeline: schedule.name,
            called: frame.called,
            returned: frame.returned,
            ended: frame.ended,
            outcome: frame.outcome,
            left_out: frame.left_out,
        }
    }

    fn stage(
        &mut self,
        stage: StageRecord,
        declared: Option<&Stage>,
        commands: Vec<Asked>,
    ) -> StageRun {
        let queue = declared.and_then(|declared| declared.queue);
        let commands = commands.into_iter().map(|asked| self.command(asked, queue));
        StageRun {
            commands: commands.collect(),
            name: declared.map_or("?", |declared| declared.name),
            index: stage.index,
            queue,
            entered: stage.entered,
            began: began(&stage),
            left: stage.left,
            waits: stage.waits.into_iter().map(wait).collect(),
        }
    }

    fn command(&mut self, (command, said): Asked, queue: Option<&'static str>) -> Command {
        self.note_name(command.queue, queue);
        let clock = said.own_clock.and_then(|own| self.clocks.get(&own.number));
        let told = |time: Duration| {
            let time = clock.map_or(Some(time), |clock| clock.on_host(time));
            time.map(|time| self.recorder.since_zero(time))
        };
        Command {
            began: said.began.and_then(told),
            ended: said.ended.and_then(told),
            name: command.what.command,
            kernel: command.what.kernel,
            queue: command.queue,
            enqueued: command.enqueued,
            failed: said.failed,
        }
    }

    fn note_name(&mut self, queue: QueueId, name: Option<&'static str>) {
        let known = self.queues.iter().position(|(id, _)| *id == queue);
        let known = known.unwrap_or_else(|| {
            self.queues.push((queue, Vec::new()));
            self.queues.len() - 1
        });
        let names = &mut self.queues[known].1;
        names.extend(name.filter(|name| !names.contains(name)));
    }
}

/// When a stage began: after its last wait. None if a wait has not ended.
fn began(stage: &StageRecord) -> Option<Duration> {
    let mut began = stage.entered;
    for wait in &stage.waits {
        began = began.max(wait.ended?);
    }
    Some(began)
}

fn wait(wait: WaitRecord) -> Wait {
    Wait {
        resource: wait.resource,
        awaited: wait.awaited,
        began: wait.began,
        ended: wait.ended,
    }
}

/// A unique name for each queue.
fn names(queues: &[(QueueId, Vec<&'static str>)]) -> Vec<QueueTrack> {
    let mut tracks: Vec<QueueTrack> = Vec::new();
    let mut unnamed = 0;
    for (id, names) in queues {
        let base = if names.is_empty() {
            unnamed += 1;
            format!("queue {unnamed}")
        } else {
            names.join("/")
        };
        let is_taken = |name: &String| tracks.iter().any(|track| track.name == *name);
        let others = (2..).map(|count| format!("{base} ({count})"));
        let name = [base.clone()]
            .into_iter()
            .chain(others)
            .find(|name| !is_taken(name));
        tracks.push(QueueTrack {
            id: *id,
            name: name.unwrap_or(base),
        });
    }
    tracks
}
