//! The calls in a report: those that wait, and those that hold what is waited for.

use super::scene::Actor;
use crate::error::Origin;
use std::fmt;

/// A call of a pipeline, or an allocation made by hand.
#[derive(Clone, Debug)]
pub struct Party {
    origin: Origin,
    is_manual: bool,
}

impl Party {
    pub(super) fn of(actor: &Actor) -> Self {
        Party {
            origin: actor.origin,
            is_manual: actor.is_manual,
        }
    }

    /// The pipeline, its current stage and the number of the call.
    pub fn origin(&self) -> Origin {
        self.origin
    }
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Origin {
            pipeline,
            stage,
            call,
        } = self.origin;
        if self.is_manual {
            write!(f, "an allocation made by hand (call {call})")
        } else {
            write!(f, "call {call} of `{pipeline}` in stage `{stage}`")
        }
    }
}

/// What holds a resource, and why it still does.
#[derive(Clone, Debug)]
pub struct Holder {
    by: Option<Party>,
    doing: String,
}

impl Holder {
    pub(super) fn pin() -> Self {
        Holder {
            by: None,
            doing: "is kept".to_owned(),
        }
    }

    pub(super) fn call(by: Party, doing: String) -> Self {
        let by = Some(by);
        Holder { by, doing }
    }

    /// The call; `None` for a pinned version.
    pub fn by(&self) -> Option<&Party> {
        self.by.as_ref()
    }

    /// What it is doing, in words.
    pub fn doing(&self) -> &str {
        &self.doing
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.by {
            Some(by) => write!(f, "{by}, which {}", self.doing),
            None => write!(f, "a pinned version, which {}", self.doing),
        }
    }
}
