//! [`Enqueuing`]: a command that is being enqueued while an observer wants its times.

use super::device_times::{DeviceTimes, host_now};
use super::observation::{EnqueuedCommand, Interest, Observation};
use super::registry::{emit, wants};
use crate::error::Origin;
use crate::sync::clock::QueueId;
use crate::sync::event::What;
use crate::util::primitives::Arc;
use std::time::Duration;

/// A command that is being enqueued.
#[derive(Debug)]
pub(crate) struct Enqueuing {
    origin: Origin,
    queue: QueueId,
    what: What,
    since: Duration,
}

impl Enqueuing {
    /// For a command that is about to be enqueued in a stage; `None` if no observer wants its times, or it belongs to no
    /// stage.
    #[inline]
    pub fn begin(
        origin: Option<Origin>,
        queue: QueueId,
        what: impl FnOnce() -> What,
    ) -> Option<Self> {
        if !wants(Interest::COMMANDS) {
            return None;
        }
        Some(Enqueuing {
            origin: origin?,
            queue,
            what: what(),
            since: host_now(),
        })
    }

    /// The command is enqueued. `device` tells its times.
    #[cold]
    pub fn enqueued(self, device: Arc<dyn DeviceTimes>) {
        let command = EnqueuedCommand {
            origin: self.origin,
            queue: self.queue,
            what: self.what,
            between: (self.since, host_now()),
            device,
        };
        emit(Interest::COMMANDS, || {
            Observation::CommandEnqueued(&command)
        });
    }
}
