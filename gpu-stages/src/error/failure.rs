//! [`Failure`]: what a device says.

use super::site::Origin;

/// A device command that failed.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    pub(crate) origin: Option<Origin>,
    pub(crate) message: String,
}

impl Failure {
    /// A failure with the backend's own words; `origin` is the stage that enqueued the command.
    pub fn new(origin: Option<Origin>, message: impl Into<String>) -> Self {
        Failure {
            origin,
            message: message.into(),
        }
    }

    /// The same of the stage `origin`, unless another is known already.
    pub(crate) fn in_stage(self, origin: Option<Origin>) -> Self {
        Failure {
            origin: self.origin.or(origin),
            ..self
        }
    }

    /// The stage that enqueued the command, if a stage did.
    pub fn origin(&self) -> Option<Origin> {
        self.origin
    }
}
