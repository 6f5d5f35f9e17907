//! [`Bottleneck`] and [`Limit`]: what limits how often a frame can come, and by how much.

use super::cycle::Ratio;
use std::fmt;
use std::time::Duration;

/// What limits how often a frame can come.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Bottleneck {
    /// A queue, which runs its stages of every frame.
    Queue(String),
    /// An engine that several queues [share](super::Frame::sharing).
    Shared(String),
    /// The [threads of the host](super::Frame::host_threads).
    Host,
    /// A resource that frames use one after another, each because of what the frame before did with it: they update it,
    /// or read what the frame before has written.
    Turns(String),
    /// The number of slots of a resource.
    Slots(String),
    /// The number of frames in flight.
    InFlight,
}

/// How often frames can come if only one thing limits them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    what: Bottleneck,
    frames: u64,
    time: Duration,
}

impl Limit {
    pub(super) fn new(what: Bottleneck, ratio: Ratio) -> Self {
        Limit {
            what,
            frames: ratio.frames,
            time: Duration::from_nanos(ratio.time),
        }
    }

    /// The one thing that limits them.
    pub fn what(&self) -> &Bottleneck {
        &self.what
    }

    /// The number of frames that take [`time`](Self::time).
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// The time that [`frames`](Self::frames) frames take.
    pub fn time(&self) -> Duration {
        self.time
    }

    pub(super) fn ratio(&self) -> Ratio {
        Ratio {
            time: self.time.as_nanos() as u64,
            frames: self.frames,
        }
    }
}

impl fmt::Display for Bottleneck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Bottleneck::Queue(name) | Bottleneck::Shared(name) => write!(f, "`{name}`"),
            Bottleneck::Host => f.write_str("the host"),
            Bottleneck::Turns(name) => write!(f, "the turn at `{name}`"),
            Bottleneck::Slots(name) => write!(f, "the number of slots of `{name}`"),
            Bottleneck::InFlight => f.write_str("the number of frames in flight"),
        }
    }
}
