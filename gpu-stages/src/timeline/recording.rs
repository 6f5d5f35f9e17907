//! [`Recording`]: the frames that a timeline has kept, as plain data.

use crate::error::PipelineResult;
use crate::order::QueueId;
use crate::sync::Arc;
use std::fmt;
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
    /// How many frames have begun since the timeline was made. It includes those that are no longer kept.
    pub begun: u64,
    /// When the recording was taken.
    pub taken: Duration,
    /// Whether the times are those of a [simulation](crate::cpu::simulation).
    pub is_virtual: bool,
    /// The greatest error of begins and ends on devices with clocks of their own. It is the same for all times of one
    /// device. `None` if there is no such device. See the [module](super).
    pub clock_error: Option<Duration>,
}

/// A queue, with its name in pictures.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct QueueTrack {
    /// The queue.
    pub id: QueueId,
    /// The names of the parameters for which it was passed, or `queue 1` and so on if it has none.
    pub name: String,
}

/// One call of a pipeline, or one acquisition through the manual interface.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Frame {
    /// The frames of a timeline are counted from 1.
    pub number: u64,
    /// The pipeline's name; `manual` for the manual interface.
    pub pipeline: &'static str,
    /// When the function was called. Its resources were acquired then.
    pub called: Duration,
    /// When the body ended: it returned, failed, panicked or was dropped.
    pub returned: Option<Duration>,
    /// When the future resolved, with everything that it had enqueued complete; or when it was dropped.
    pub ended: Option<Duration>,
    /// How the call ended.
    pub outcome: Outcome,
    /// Its stages, in the order in which they ran.
    pub stages: Vec<StageRun>,
    /// The number of stages, waits and commands that are not kept because there were too many.
    pub left_out: u64,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It has not ended, or its future was forgotten.
    InFlight,
    /// It returned `Ok`, and no command failed.
    Succeeded,
    /// It returned an error, or a command failed.
    Failed,
    /// Its future was dropped.
    Dropped,
    /// It panicked.
    Panicked,
    /// The manual interface: the last guard was dropped or readied. Whether the work succeeded is not known.
    Released,
}

impl Outcome {
    /// The outcome of a call with this result.
    pub(crate) fn of<R: PipelineResult>(result: &R) -> Self {
        if result.is_good() {
            Outcome::Succeeded
        } else {
            Outcome::Failed
        }
    }

    /// Whether the call failed, panicked or was dropped.
    pub fn is_bad(self) -> bool {
        matches!(self, Outcome::Failed | Outcome::Dropped | Outcome::Panicked)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Outcome::InFlight => "in flight",
            Outcome::Succeeded => "succeeded",
            Outcome::Failed => "failed",
            Outcome::Dropped => "dropped",
            Outcome::Panicked => "panicked",
            Outcome::Released => "released",
        })
    }
}

/// One run of a stage.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StageRun {
    /// Its name.
    pub name: &'static str,
    /// Its index in the pipeline's [`Schedule`](crate::Schedule).
    pub index: usize,
    /// The parameter of the queue that it enqueues on; none on the host.
    pub queue: Option<&'static str>,
    /// When the host came to the stage.
    pub entered: Duration,
    /// When it had waited for its resources and began to run on the host. A stage on a queue only enqueues there. `None`
    /// while it waits, and if it never began.
    pub began: Option<Duration>,
    /// When the host left the stage.
    pub left: Option<Duration>,
    /// Its waits on the host.
    pub waits: Vec<Wait>,
    /// The commands that it enqueued.
    pub commands: Vec<Command>,
}

/// A wait on the host.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Wait {
    /// The resource's name, or that of its parameter if it has none.
    pub resource: Arc<str>,
    /// What was waited for.
    pub awaited: Awaited,
    /// When it began.
    pub began: Duration,
    /// When it ended; `None` if it has not, or if the call was dropped before.
    pub ended: Option<Duration>,
}

/// What the host waits for before it uses a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Awaited {
    /// The grant: earlier uses have not released it.
    Turn,
    /// Commands on devices that use it.
    Device,
}

/// A command on a queue.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Command {
    /// `upload`, `download`, `copy`, `fill`, `launch`, `marker` or `barrier`.
    pub name: &'static str,
    /// The name of the kernel that is launched.
    pub kernel: Option<Arc<str>>,
    /// The queue that it is on.
    pub queue: QueueId,
    /// When the host enqueued it.
    pub enqueued: Duration,
    /// When it began on the device; `None` before that, and if the device does not tell.
    pub began: Option<Duration>,
    /// When it ended on the device; `None` before that, and if the device does not tell.
    pub ended: Option<Duration>,
    /// Whether it is known to have failed.
    pub failed: bool,
}

impl Command {
    /// Whether it does work. Markers and barriers only order other commands.
    pub fn works(&self) -> bool {
        !matches!(self.name, "marker" | "barrier")
    }
}

impl Recording {
    /// From the first call to the last time that is known.
    pub fn duration(&self) -> Duration {
        let (begin, end) = self.extent();
        end.saturating_sub(begin)
    }

    /// The time of the first call, and the last time that is known.
    pub(super) fn extent(&self) -> (Duration, Duration) {
        let begin = self.frames.iter().map(|frame| frame.called).min();
        let end = self.frames.iter().map(Frame::last).max();
        (begin.unwrap_or_default(), end.unwrap_or_default())
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
    /// The last time that is known of it, on the host or on a device.
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
