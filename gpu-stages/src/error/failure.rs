//! [`Failure`]: what a device says.

use super::site::Origin;
use crate::util::primitives::{Ordering, StaticBool};

/// A device command that failed.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    pub(crate) origin: Option<Origin>,
    pub(crate) message: String,
    /// Whether a caller was told of it, or the log.
    is_told: StaticBool,
}

impl Failure {
    /// A failure with the backend's own words; `origin` is the stage that enqueued the command.
    pub fn new(origin: Option<Origin>, message: impl Into<String>) -> Self {
        Failure {
            origin,
            message: message.into(),
            is_told: StaticBool::new(false),
        }
    }

    /// The same of the stage `origin`, unless another is known already.
    pub(crate) fn in_stage(self, origin: Option<Origin>) -> Self {
        Failure {
            origin: self.origin.or(origin),
            ..self
        }
    }

    /// A caller gets the failure in an error.
    pub(crate) fn note_told(&self) {
        self.is_told.store(true, Ordering::Relaxed);
    }

    /// Logs the failure of a command that no call waits for, and whose results none can read, unless a caller was told of
    /// it. Calls the subscriber, which is user code: no lock may be held.
    pub(crate) fn log_unclaimed(&self) {
        if !self.is_told.swap(true, Ordering::Relaxed) {
            self.log();
        }
    }

    #[cfg(feature = "tracing")]
    fn log(&self) {
        match self.origin {
            Some(origin) => tracing::warn!(
                target: "gpu_stages::failure",
                pipeline = origin.pipeline,
                stage = origin.stage,
                "unclaimed failure: {origin} failed on the device, and no call waits for it: {self}"
            ),
            None => tracing::warn!(
                target: "gpu_stages::failure",
                "unclaimed failure: a command failed on the device, and no call waits for it: {self}"
            ),
        }
    }

    #[cfg(not(feature = "tracing"))]
    fn log(&self) {}

    /// The stage that enqueued the command, if a stage did.
    pub fn origin(&self) -> Option<Origin> {
        self.origin
    }
}
