//! [`Queued`]: an entry on its way through a queue.

use super::entry::Entry;
use crate::util::pool::{Pool, Pooled, Recycle, static_pool};
use crate::util::primitives::{Mutex, lock};

/// An entry in a pooled record: queues move a pointer instead of the entry, and a steady state allocates nothing.
pub(super) struct Queued(Pooled<Record>);

pub(super) struct Record {
    entry: Mutex<Option<Entry>>,
}

static_pool!(ENTRIES: Record);

impl Recycle for Record {
    type Object = ();

    fn pool() -> &'static Pool<Self> {
        &ENTRIES
    }

    fn fresh() -> Self {
        Record {
            entry: Mutex::new(None),
        }
    }

    fn recycle(&self) {
        let left = lock(&self.entry).take();
        drop(left);
    }
}

impl Queued {
    pub fn new(entry: Entry) -> Self {
        let record = Pooled::<Record>::take();
        *lock(&record.entry) = Some(entry);
        Queued(record)
    }

    /// Runs `f` on the entry.
    pub fn with<R>(&self, f: impl FnOnce(&Entry) -> R) -> R {
        match &*lock(&self.0.entry) {
            Some(entry) => f(entry),
            None => unreachable!("only `into_entry` takes the entry out"),
        }
    }

    pub fn into_entry(self) -> Entry {
        let entry = lock(&self.0.entry).take();
        entry.unwrap_or_else(|| unreachable!("the entry is taken out once"))
    }
}

impl std::fmt::Debug for Queued {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Queued").finish_non_exhaustive()
    }
}
