//! Keys that identify waits, and the wakers registered under them.

use crate::util::primitives::{Ordering, StaticU64};
use smallvec::SmallVec;
use std::num::NonZeroU64;
use std::task::Waker;

/// Identifies one wait for events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WaitKey(NonZeroU64);

impl WaitKey {
    /// A key that no other wait has.
    pub fn unique() -> Self {
        static LAST: StaticU64 = StaticU64::new(0);
        WaitKey(NonZeroU64::MIN.saturating_add(LAST.fetch_add(1, Ordering::Relaxed)))
    }
}

/// The wakers that are registered with an event.
#[derive(Debug, Default)]
pub struct Wakers(SmallVec<[(WaitKey, Waker); 2]>);

impl Wakers {
    /// Keeps `waker` for the wait `key`. Returns the waker that it replaces, to be dropped when no lock is held.
    pub(crate) fn keep(&mut self, key: WaitKey, waker: Waker) -> Option<Waker> {
        match self.0.iter_mut().find(|(kept, _)| *kept == key) {
            Some((_, kept)) => Some(std::mem::replace(kept, waker)),
            None => {
                self.0.push((key, waker));
                None
            }
        }
    }

    /// Removes the waker of the wait `key`.
    pub(crate) fn remove(&mut self, key: WaitKey) -> Option<Waker> {
        let index = self.0.iter().position(|(kept, _)| *kept == key)?;
        Some(self.0.swap_remove(index).1)
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes all wakers out.
    pub(crate) fn take(&mut self) -> impl IntoIterator<Item = Waker> + use<> {
        std::mem::take(&mut self.0)
            .into_iter()
            .map(|(_, waker)| waker)
    }
}
