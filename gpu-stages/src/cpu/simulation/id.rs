//! [`SimulationId`].

use crate::util::primitives::{Ordering, StaticU64};
use std::num::NonZeroU64;

/// Identifies one simulation of this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cpu) struct SimulationId(NonZeroU64);

impl SimulationId {
    /// An id that no other simulation has.
    pub fn unique() -> Self {
        static NEXT: StaticU64 = StaticU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        SimulationId(NonZeroU64::MIN.saturating_add(number))
    }

    /// The id of this number; 0 is none.
    pub fn from_raw(raw: u64) -> Option<Self> {
        NonZeroU64::new(raw).map(SimulationId)
    }

    pub fn into_raw(self) -> u64 {
        self.0.get()
    }
}
