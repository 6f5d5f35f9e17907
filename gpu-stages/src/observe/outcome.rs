//! [`Outcome`]: how a call ended.

use crate::error::PipelineResult;
use std::fmt;

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It has not ended.
    InFlight,
    /// Its future resolved to `Ok`.
    Succeeded,
    /// Its future resolved to `Err`.
    Failed,
    /// Its future was dropped.
    Dropped,
    /// Its body panicked.
    Panicked,
    /// The guards of a call without a future were dropped, as those made by hand are.
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

    /// Whether the call ended otherwise than it should have.
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
