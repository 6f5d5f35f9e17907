//! [`Outcome`]: how a call ended.

use crate::error::PipelineResult;
use std::fmt;

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
