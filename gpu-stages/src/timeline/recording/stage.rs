//! [`StageRun`]: one run of a stage, with its waits and commands.

use crate::observe::Awaited;
use crate::sync::clock::QueueId;
use crate::util::primitives::Arc;
use std::time::Duration;

/// One run of a stage.
#[derive(Clone, Debug)]
pub struct StageRun {
    pub(in crate::timeline) name: &'static str,
    pub(in crate::timeline) index: usize,
    pub(in crate::timeline) queue: Option<&'static str>,
    pub(in crate::timeline) entered: Duration,
    pub(in crate::timeline) began: Option<Duration>,
    pub(in crate::timeline) left: Option<Duration>,
    pub(in crate::timeline) waits: Vec<Wait>,
    pub(in crate::timeline) commands: Vec<Command>,
}

/// A wait on the host.
#[derive(Clone, Debug)]
pub struct Wait {
    pub(in crate::timeline) resource: Arc<str>,
    pub(in crate::timeline) awaited: Awaited,
    pub(in crate::timeline) began: Duration,
    pub(in crate::timeline) ended: Option<Duration>,
}

/// A command on a queue.
#[derive(Clone, Debug)]
pub struct Command {
    pub(in crate::timeline) name: &'static str,
    pub(in crate::timeline) kernel: Option<Arc<str>>,
    pub(in crate::timeline) queue: QueueId,
    pub(in crate::timeline) enqueued: Duration,
    pub(in crate::timeline) began: Option<Duration>,
    pub(in crate::timeline) ended: Option<Duration>,
    pub(in crate::timeline) failed: bool,
}

impl StageRun {
    /// Its name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Its index in the pipeline's [`Schedule`](crate::Schedule).
    pub fn index(&self) -> usize {
        self.index
    }

    /// The parameter of the queue that it enqueues on; none on the host.
    pub fn queue(&self) -> Option<&'static str> {
        self.queue
    }

    /// When the host came to the stage.
    pub fn entered(&self) -> Duration {
        self.entered
    }

    /// When it had waited for its resources and began to run on the host. A stage on a queue only enqueues there.
    /// `None` while it waits, and if it never began.
    pub fn began(&self) -> Option<Duration> {
        self.began
    }

    /// When the host left the stage.
    pub fn left(&self) -> Option<Duration> {
        self.left
    }

    /// Its waits on the host.
    pub fn waits(&self) -> &[Wait] {
        &self.waits
    }

    /// The commands that it enqueued.
    pub fn commands(&self) -> &[Command] {
        &self.commands
    }
}

impl Wait {
    /// The resource's name, or that of its parameter if it has none.
    pub fn resource(&self) -> &str {
        &self.resource
    }

    /// What was waited for.
    pub fn awaited(&self) -> Awaited {
        self.awaited
    }

    /// When it began.
    pub fn began(&self) -> Duration {
        self.began
    }

    /// When it ended; `None` if it has not, or if the call was dropped before.
    pub fn ended(&self) -> Option<Duration> {
        self.ended
    }
}

impl Command {
    /// `upload`, `download`, `copy`, `fill`, `launch`, `marker` or `barrier`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The name of the kernel that is launched.
    pub fn kernel(&self) -> Option<&str> {
        self.kernel.as_deref()
    }

    /// The queue that it is on.
    pub fn queue(&self) -> QueueId {
        self.queue
    }

    /// When the host enqueued it.
    pub fn enqueued(&self) -> Duration {
        self.enqueued
    }

    /// When it began on the device; `None` before that, and if the device does not tell.
    pub fn began(&self) -> Option<Duration> {
        self.began
    }

    /// When it ended on the device; `None` before that, and if the device does not tell.
    pub fn ended(&self) -> Option<Duration> {
        self.ended
    }

    /// Whether it is known to have failed.
    pub fn failed(&self) -> bool {
        self.failed
    }

    /// Whether it does work. Markers and barriers only order other commands.
    pub fn works(&self) -> bool {
        !matches!(self.name, "marker" | "barrier")
    }
}
