//! The rows of the picture, and the boxes and lines in their lanes.

use super::axis;
use crate::observe::Awaited;
use crate::timeline::lanes;
use crate::timeline::recording::{Command, Frame, Recording, StageRun};
use std::time::Duration;

/// The picture without measures. Times count from the first call.
pub(super) struct Picture {
    pub end: Duration,
    pub rows: Vec<Row>,
}

pub(super) struct Row {
    pub label: String,
    pub lanes: usize,
    pub items: Vec<Item>,
}

/// A box, a line or a mark, from one moment to another.
pub(super) struct Item {
    pub kind: Kind,
    pub lane: usize,
    pub from: Duration,
    pub to: Duration,
    pub frame: u64,
    /// Whether its frame or its command failed.
    pub is_bad: bool,
    /// The stage.
    pub name: String,
    /// Its tooltip.
    pub note: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A stage on the host, or a command.
    Work,
    /// The host's part of a stage on a queue.
    Enqueue,
    Wait,
    /// A marker or barrier.
    Tick,
    /// The end of a frame that failed.
    Cross,
}

/// A recording, and when its first call was made.
struct Scene<'a> {
    recording: &'a Recording,
    begin: Duration,
}

impl Picture {
    pub fn of(recording: &Recording) -> Self {
        let (begin, end) = recording.extent();
        let scene = Scene { recording, begin };
        let queues = recording.queues.iter();
        let queues = queues.map(|queue| Row {
            label: queue.name.clone(),
            lanes: 1,
            items: scene.on_queue(queue.id),
        });
        Picture {
            end: end.saturating_sub(begin),
            rows: [scene.on_host()].into_iter().chain(queues).collect(),
        }
    }
}

impl Scene<'_> {
    fn item(
        &self,
        frame: &Frame,
        kind: Kind,
        name: &str,
        (from, to): (Duration, Duration),
    ) -> Item {
        let (from, to) = (
            from.saturating_sub(self.begin),
            to.saturating_sub(self.begin),
        );
        Item {
            kind,
            lane: 0,
            from,
            to,
            frame: frame.number,
            is_bad: frame.outcome.is_bad(),
            name: name.to_owned(),
            note: String::new(),
        }
        .with_note(name)
    }

    /// The host's row. A frame has a lane from its first stage on until it ends.
    fn on_host(&self) -> Row {
        let frames = &self.recording.frames;
        let spans: Vec<_> = frames.iter().map(|frame| self.at_work(frame)).collect();
        let lanes = lanes::assign(&spans);
        let mut items = Vec::new();
        for ((frame, span), lane) in frames.iter().zip(&spans).zip(&lanes) {
            let others = spans.iter().zip(&lanes);
            let before = others.filter(|(other, its)| *its == lane && other.1 <= span.0);
            let free = before.map(|(other, _)| other.1).max().unwrap_or(self.begin);
            let own = self.of_frame(frame, free);
            items.extend(own.into_iter().map(|item| Item {
                lane: *lane,
                ..item
            }));
        }
        Row {
            label: "host".into(),
            lanes: lanes.iter().max().map_or(1, |last| last + 1),
            items,
        }
    }

    /// From the first stage of a frame, after its waits, to its end.
    fn at_work(&self, frame: &Frame) -> (Duration, Duration) {
        let began = frame.stages.iter().find_map(|stage| stage.began);
        let end = frame.ended.unwrap_or(self.recording.taken);
        (began.unwrap_or(end), end)
    }

    /// The frame's stages and waits on the host, from `free` on, when the frame before in the lane ends.
    fn of_frame(&self, frame: &Frame, free: Duration) -> Vec<Item> {
        let end = frame.ended.unwrap_or(self.recording.taken);
        let mut items = Vec::new();
        for stage in &frame.stages {
            let left = stage.left.unwrap_or(end);
            for wait in &stage.waits {
                let span = (wait.began.max(free), wait.ended.unwrap_or(left));
                let awaited = match wait.awaited {
                    Awaited::Turn => "waits for its turn with",
                    Awaited::Device => "waits for a device, with",
                };
                let name = format!("{} {awaited} {}", stage.name, wait.resource);
                if span.0 < span.1 {
                    items.push(self.item(frame, Kind::Wait, &name, span));
                }
            }
            if let Some(began) = stage.began {
                let kind = match stage.queue {
                    None if frame.pipeline == "manual" => continue,
                    None => Kind::Work,
                    Some(_) => Kind::Enqueue,
                };
                if kind == Kind::Work || began < left {
                    items.push(self.item(frame, kind, stage.name, (began, left)));
                }
            }
        }
        if let Some(returned) = frame.returned.filter(|returned| *returned < end) {
            let name = "waits for the end of its commands";
            items.push(self.item(frame, Kind::Wait, name, (returned, end)));
        }
        if frame.outcome.is_bad() {
            let name = frame.outcome.to_string();
            items.push(self.item(frame, Kind::Cross, &name, (end, end)));
        }
        items
    }

    /// The commands on a queue, and the waits of the next command while the queue is idle.
    fn on_queue(&self, id: crate::QueueId) -> Vec<Item> {
        let mut commands: Vec<(&Frame, &StageRun, &Command)> = Vec::new();
        for frame in &self.recording.frames {
            for stage in &frame.stages {
                let own = stage
                    .commands
                    .iter()
                    .filter(|it| it.queue == id && it.began.is_some());
                commands.extend(own.map(|command| (frame, stage, command)));
            }
        }
        commands.sort_by_key(|(_, _, command)| (command.began, command.ended));
        let mut items = Vec::new();
        let mut free = self.begin;
        for (frame, stage, command) in commands {
            let began = command.began.unwrap_or(command.enqueued);
            let ended = command.ended.unwrap_or(self.recording.taken);
            let waited = (command.enqueued.max(free), began);
            let name = name(stage, command);
            if command.works() && waited.0 < waited.1 {
                let note = format!("{name} is enqueued and waits");
                items.push(self.item(frame, Kind::Wait, &note, waited));
            }
            let span = (began, ended);
            if command.works() {
                let is_bad = command.failed || frame.outcome.is_bad();
                let item = self.item(frame, Kind::Work, &name, span);
                items.push(Item { is_bad, ..item });
            } else if !stage.commands.iter().any(Command::works) {
                let note = format!("{}: {}", stage.name, command.name);
                items.push(self.item(frame, Kind::Tick, &note, (ended, ended)));
            }
            free = free.max(ended);
        }
        items
    }
}

/// The name of a command's box: its stage; for the manual interface, its kernel or the kind of command.
fn name(stage: &StageRun, command: &Command) -> String {
    match (&command.kernel, stage.name) {
        (Some(kernel), "manual") => kernel.to_string(),
        (None, "manual") => command.name.to_owned(),
        (_, name) => name.to_owned(),
    }
}

impl Item {
    /// With a tooltip such as `frame 3, up.upload: 4 ms to 6 ms (2 ms)`.
    fn with_note(mut self, what: &str) -> Self {
        let (from, to) = (axis::exactly(self.from), axis::exactly(self.to));
        self.note = match self.to.saturating_sub(self.from) {
            Duration::ZERO => format!("frame {}, {what}: {from}", self.frame),
            length => {
                let length = axis::exactly(length);
                format!("frame {}, {what}: {from} to {to} ({length})", self.frame)
            }
        };
        self
    }
}
