//! [`Poison`]: why the contents of a resource are not complete.

use super::failure::Failure;
use super::site::Origin;
use crate::util::primitives::Arc;
use std::fmt;

/// Why a resource is poisoned.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Reason {
    /// The stage returned an error.
    Failed,
    /// The call's future was dropped, or a guard was dropped without `ready`.
    Dropped,
    /// The stage panicked.
    Panicked,
    /// A command of the stage failed on the device.
    Device(Arc<Failure>),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Failed => f.write_str("returned an error"),
            Reason::Dropped => f.write_str("was dropped"),
            Reason::Panicked => f.write_str("panicked"),
            Reason::Device(failure) => write!(f, "failed on the device: {}", failure.message),
        }
    }
}

/// Which write of the contents began and was not completed, and why.
#[derive(Clone, Debug)]
pub struct Poison {
    pub(crate) by: Origin,
    pub(crate) reason: Reason,
}

impl Poison {
    /// The pipeline and the stage that were writing.
    pub fn by(&self) -> Origin {
        self.by
    }

    /// Why the write was not completed.
    pub fn reason(&self) -> &Reason {
        &self.reason
    }

    /// The device command that failed, if that is the reason.
    pub fn failure(&self) -> Option<&Failure> {
        match &self.reason {
            Reason::Device(failure) => Some(failure),
            _ => None,
        }
    }
}
