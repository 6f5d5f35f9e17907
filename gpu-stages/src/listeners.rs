//! The observers that are always there, and the beginning of calls, which they must not miss.

use crate::call::Call;
use crate::schedule::Schedule;
use crate::sync::current::current;
use crate::{spans, stall};
use std::sync::Once;

/// Registers the observers that are always there. Timelines and hazard checkers register when the first one is made.
#[inline]
pub(crate) fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        spans::register();
        stall::register();
    });
}

impl Schedule {
    /// Begins one call of this pipeline.
    #[inline]
    pub fn call(&'static self) -> Call {
        install();
        Call::begin(self, current())
    }
}
