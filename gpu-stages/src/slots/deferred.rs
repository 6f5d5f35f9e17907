//! [`Deferred`]: what is done once the lock of a resource is released.

use crate::sync::discarded::Discarded;
use crate::sync::event::{Event, Events};
use crate::util::panics::wake_all;
use smallvec::SmallVec;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::task::Waker;

/// Work that must not be done under the lock of a resource: it may run user code or call a driver.
#[derive(Debug, Default)]
pub(crate) struct Deferred {
    /// The wakers of uses that were granted, or will never be.
    pub wake: SmallVec<[Waker; 2]>,
    /// A waker that is not needed any more.
    pub stale: Option<Waker>,
    /// Events that the next use will wait for from outside of their queues.
    pub announce: Events,
    /// Events that are not needed any more.
    pub discarded: Discarded,
}

impl Deferred {
    #[inline]
    pub fn run(self) {
        let is_idle = self.wake.is_empty() && self.announce.is_empty() && self.stale.is_none();
        if is_idle && self.discarded.is_empty() {
            // The usual case. There is nothing to drop.
            std::mem::forget(self);
        } else {
            self.run_some();
        }
    }

    fn run_some(self) {
        self.announce.iter().for_each(Event::announce);
        // A waker whose destructor panics must not keep others from being woken.
        let (stale, discarded) = (self.stale, self.discarded);
        let dropped = catch_unwind(AssertUnwindSafe(|| drop((stale, discarded))));
        if !self.wake.is_empty() {
            wake_all(self.wake);
        }
        if let Err(panic) = dropped {
            resume_unwind(panic);
        }
    }
}
