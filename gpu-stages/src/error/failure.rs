//! [`Failure`]: what a device says.

use super::site::Origin;
use super::unclaimed;
use crate::util::primitives::{Arc, Ordering, StaticBool};

/// A device command that failed.
///
/// The failure of a command that was enqueued reaches the callers that wait for it or use its data next. If there are none, so
/// that the last handle to it is dropped unseen, it is logged: at level `WARN`, target `gpu_stages::failure`. Logging
/// needs the feature `tracing`, and a subscriber for the whole process that takes such events.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    pub(crate) origin: Option<Origin>,
    pub(crate) message: String,
    /// Whether it is the failure of a command that was enqueued, and no caller was told of it.
    is_unclaimed: StaticBool,
}

impl Failure {
    /// A failure with the backend's own words; `origin` is the stage that enqueued the command.
    pub fn new(origin: Option<Origin>, message: impl Into<String>) -> Self {
        Failure {
            origin,
            message: message.into(),
            is_unclaimed: StaticBool::new(false),
        }
    }

    /// The failure of a command that was enqueued, which must not get lost.
    pub(crate) fn of_command(origin: Option<Origin>, message: impl Into<String>) -> Arc<Self> {
        let failure = Failure::new(origin, message);
        failure.is_unclaimed.store(true, Ordering::Relaxed);
        Arc::new(failure)
    }

    /// A caller is told of the failure.
    pub(crate) fn claim(&self) {
        self.is_unclaimed.store(false, Ordering::Relaxed);
    }

    /// The same of the stage `origin`, unless another is known already.
    pub(crate) fn in_stage(mut self, origin: Option<Origin>) -> Self {
        self.origin = self.origin.or(origin);
        self
    }

    /// No caller will be told of the failure: it is logged now, unless one was.
    #[cfg_attr(
        not(feature = "opencl"),
        allow(
            dead_code,
            reason = "for backends that keep failures with their queues"
        )
    )]
    pub(crate) fn log_unless_claimed(&self) {
        if self.is_unclaimed.swap(false, Ordering::Relaxed) {
            unclaimed::log(self.origin, self.message.clone());
        }
    }

    /// The stage that enqueued the command, if a stage did.
    pub fn origin(&self) -> Option<Origin> {
        self.origin
    }
}

impl Drop for Failure {
    fn drop(&mut self) {
        if self.is_unclaimed.load(Ordering::Relaxed) {
            unclaimed::log(self.origin, std::mem::take(&mut self.message));
        }
    }
}
