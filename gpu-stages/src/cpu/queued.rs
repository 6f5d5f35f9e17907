//! [`Queued`]: an entry on its way through a queue.

use super::entry::Entry;
use crate::util::panics::contain;
use crate::util::pool::{Pool, Pooled, Recycle, static_pool};
use crate::util::primitives::{Mutex, MutexGuard, lock};
use std::fmt;

/// An entry in a pooled record: it is filled, runs and is emptied in place. Queues move a pointer, and a steady state
/// allocates nothing.
pub(super) struct Queued(Pooled<Record>);

pub(super) struct Record {
    entry: Mutex<Entry>,
}

static_pool!(ENTRIES: Record);

impl Recycle for Record {
    type Object = ();

    fn pool() -> &'static Pool<Self> {
        &ENTRIES
    }

    fn fresh() -> Self {
        Record {
            entry: Mutex::new(Entry::empty()),
        }
    }

    fn recycle(&self) {
        let lost = lock(&self.entry).take_lost();
        if let Some(lost) = lost {
            // It wakes tasks, and this thread may be panicking.
            contain(|| lost.fail());
        }
        lock(&self.entry).clear();
    }
}

impl Queued {
    /// An empty entry, to be filled.
    pub fn take() -> Self {
        Queued(Pooled::<Record>::take())
    }

    /// The entry. This is the only handle to it, so the lock is free.
    pub fn entry(&self) -> MutexGuard<'_, Entry> {
        lock(&self.0.entry)
    }
}

impl fmt::Debug for Queued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queued").finish_non_exhaustive()
    }
}
