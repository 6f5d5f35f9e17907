//! [`Recording`]: the frames that a timeline has kept, as plain data.

mod frame;
mod stage;

use crate::sync::clock::QueueId;
pub use frame::Frame;
pub use stage::{Command, StageRun, Wait};
use std::time::Duration;

/// Frames and their times, from [`Timeline::recording`](super::Timeline::recording).
///
/// All times are on the timeline's clock and count from its zero.
#[derive(Clone, Debug)]
pub struct Recording {
    pub(in crate::timeline) frames: Vec<Frame>,
    pub(in crate::timeline) queues: Vec<QueueTrack>,
    pub(in crate::timeline) begun: u64,
    pub(in crate::timeline) taken: Duration,
    pub(in crate::timeline) is_virtual: bool,
    pub(in crate::timeline) clock_error: Option<Duration>,
}

/// A queue, with its name in pictures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueTrack {
    pub(in crate::timeline) id: QueueId,
    pub(in crate::timeline) name: String,
}

impl Recording {
    /// The frames, in the order of their calls.
    pub fn frames(&self) -> &[Frame] {
        &self.frames
    }

    /// The queues that they enqueued on, in the order of their first commands.
    pub fn queues(&self) -> &[QueueTrack] {
        &self.queues
    }

    /// How many frames have begun since the timeline was made. It includes those that are no longer kept.
    pub fn begun(&self) -> u64 {
        self.begun
    }

    /// When the recording was taken.
    pub fn taken(&self) -> Duration {
        self.taken
    }

    /// Whether the times are those of a [simulation](crate::cpu::simulation).
    pub fn is_virtual(&self) -> bool {
        self.is_virtual
    }

    /// The greatest error of begins and ends on devices with clocks of their own. It is the same for all times of one
    /// device. `None` if there is no such device. See the [module](super).
    pub fn clock_error(&self) -> Option<Duration> {
        self.clock_error
    }

    /// From the first call to the last time that is known.
    pub fn duration(&self) -> Duration {
        let (begin, end) = self.extent();
        end.saturating_sub(begin)
    }

    /// The time of the first call, and the last time that is known.
    pub(in crate::timeline) fn extent(&self) -> (Duration, Duration) {
        let begin = self.frames.iter().map(|frame| frame.called).min();
        let end = self.frames.iter().map(Frame::last).max();
        (begin.unwrap_or_default(), end.unwrap_or_default())
    }

    /// The names of the pipelines, each once.
    pub(in crate::timeline) fn pipelines(&self) -> Vec<&'static str> {
        let mut names = Vec::new();
        for frame in &self.frames {
            if !names.contains(&frame.pipeline) {
                names.push(frame.pipeline);
            }
        }
        names
    }
}

impl QueueTrack {
    /// The queue.
    pub fn id(&self) -> QueueId {
        self.id
    }

    /// The names of the parameters for which it was passed, or `queue 1` and so on if it has none.
    pub fn name(&self) -> &str {
        &self.name
    }
}
