//! [`Recording`]: what a timeline has kept, as plain data.

use super::json::Json;
use super::svg::Svg;
use crate::observe::{Awaited, Outcome};
use crate::sync::clock::QueueId;
use crate::util::primitives::Arc;
use std::time::Duration;

/// Frames and their times, from [`Timeline::recording`](super::Timeline::recording).
///
/// All times are on the timeline's clock and count from its zero.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Recording {
    /// The frames, in the order of their calls.
    pub frames: Vec<Frame>,
    /// The queues that they enqueued on, in the order of their first commands.
    pub queues: Vec<QueueTrack>,
    /// How many frames were begun since the timeline was made, those included that are not kept any more.
    pub begun: u64,
    /// When this was taken.
    pub taken: Duration,
    /// Whether the times are those of a [simulation](crate::cpu::simulation).
    pub is_virtual: bool,
    /// How far begins and ends on devices with clocks of their own may be off, all by the same for one device; `None`
    /// where no such device is. See the [module](super).
    pub clock_error: Option<Duration>,
}

/// A queue, as pictures name it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct QueueTrack {
    /// The queue.
    pub id: QueueId,
    /// What pipelines call it: their parameters, or `queue 1` and so on where nobody has a name for it.
    pub name: String,
}

/// One call of a pipeline, or allocations that were made by hand in one step.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Frame {
    /// The frames of a timeline are counted from 1.
    pub number: u64,
    /// The pipeline's name; `manual` for allocations made by hand.
    pub pipeline: &'static str,
    /// When the function was called, which is when it acquired.
    pub called: Duration,
    /// When the body was over: returned, failed, panicked or dropped.
    pub returned: Option<Duration>,
    /// When the future resolved, so that everything was over that it had enqueued; or when it was dropped.
    pub ended: Option<Duration>,
    /// How it went.
    pub outcome: Outcome,
    /// What it did, in order.
    pub stages: Vec<StageRun>,
    /// Stages, waits and commands that are not kept, because there were too many.
    pub left_out: u64,
}

/// A stage, as one call has run it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StageRun {
    /// Its name.
    pub name: &'static str,
    /// Its index in the pipeline's [`Schedule`](crate::Schedule).
    pub index: usize,
    /// What the pipeline calls the queue that it enqueues on; none on the host.
    pub queue: Option<&'static str>,
    /// When the host came to it.
    pub entered: Duration,
    /// When it had waited for its resources and began to run on the host, where a stage on a queue only enqueues.
    /// `None` while it waits, and if it never came to it.
    pub began: Option<Duration>,
    /// When the host left it.
    pub left: Option<Duration>,
    /// What it waited for on the host.
    pub waits: Vec<Wait>,
    /// What it enqueued.
    pub commands: Vec<Command>,
}

/// A wait on the host.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Wait {
    /// The resource's name, or else its parameter's.
    pub resource: Arc<str>,
    /// What was waited for.
    pub awaited: Awaited,
    /// When it began.
    pub began: Duration,
    /// When it ended; `None` if it did not, or was given up because the call was dropped.
    pub ended: Option<Duration>,
}

/// A command on a queue.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Command {
    /// `upload`, `download`, `copy`, `fill`, `launch`, `marker` or `barrier`.
    pub name: &'static str,
    /// The name of the kernel that is launched.
    pub kernel: Option<Arc<str>>,
    /// Its queue.
    pub queue: QueueId,
    /// When the host enqueued it.
    pub enqueued: Duration,
    /// When it began on the device; `None` before that, and where the device does not tell.
    pub began: Option<Duration>,
    /// When it ended on the device, likewise.
    pub ended: Option<Duration>,
    /// Whether it is known to have failed.
    pub failed: bool,
}

impl Command {
    /// Whether it does something, rather than only order others.
    pub fn works(&self) -> bool {
        !matches!(self.name, "marker" | "barrier")
    }
}

impl Recording {
    /// As JSON in Chrome's trace event format, which <https://ui.perfetto.dev> and `chrome://tracing` show: a track for
    /// each queue, and on the host one for as many frames as are in flight at a time, with arrows that follow a frame
    /// from queue to queue.
    ///
    /// The format is that of the "Trace Event Format" document of the Chromium project; times are in microseconds.
    pub fn json(&self) -> Json<'_> {
        Json(self)
    }

    /// As a picture in SVG: a row for the host and for each queue, a colour for each frame.
    pub fn svg(&self) -> Svg<'_> {
        Svg::new(self)
    }

    /// The names of the pipelines, each once.
    pub(super) fn pipelines(&self) -> Vec<&'static str> {
        let mut names = Vec::new();
        for frame in &self.frames {
            if !names.contains(&frame.pipeline) {
                names.push(frame.pipeline);
            }
        }
        names
    }
}

impl Frame {
    /// The last that is known of it, on the host or on a device.
    pub(super) fn last(&self) -> Duration {
        let stages = self.stages.iter().flat_map(|stage| {
            let commands = stage.commands.iter();
            let commands = commands.flat_map(|it| [Some(it.enqueued), it.began, it.ended]);
            let waits = stage.waits.iter().flat_map(|it| [Some(it.began), it.ended]);
            commands
                .chain(waits)
                .chain([Some(stage.entered), stage.began, stage.left])
        });
        let own = [Some(self.called), self.returned, self.ended];
        stages.chain(own).flatten().max().unwrap_or(self.called)
    }
}
