//! [`Origin`] and [`Site`]: where something happened.

use crate::util::primitives::Arc;
use std::fmt;

/// Where in which pipeline something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    pub(crate) pipeline: &'static str,
    pub(crate) stage: &'static str,
    pub(crate) call: u64,
}

impl Origin {
    /// The pipeline's name: the function's name, or `manual` for the manual API.
    pub fn pipeline(&self) -> &'static str {
        self.pipeline
    }

    /// The stage's name.
    pub fn stage(&self) -> &'static str {
        self.stage
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "stage `{}` of pipeline `{}`", self.stage, self.pipeline)
    }
}

/// Which use of a resource an error is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    pub(crate) resource: Arc<str>,
    pub(crate) by: Origin,
}

impl Site {
    /// The resource's name.
    pub fn resource(&self) -> &str {
        &self.resource
    }

    /// The pipeline and the stage that used it.
    pub fn by(&self) -> Origin {
        self.by
    }
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "resource `{}` in {}", self.resource, self.by)
    }
}
