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

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;
    use crate::backend::Identity;
    use crate::cpu::entry::Setting;
    use crate::cpu::event::Completion;
    use crate::sync::event::{Event, Status};

    /// A marker in a queue, and its event.
    fn queued() -> (Queued, Event) {
        let queued = Queued::take();
        let completion = Completion::pending(&Identity::unique(), 1, None, 0);
        queued.entry().completion = Some(completion.clone());
        (queued, completion.into())
    }

    fn failure_of(event: &Event) -> String {
        match event.status() {
            Status::Failed(failure) => failure.to_string(),
            other => panic!("it should have failed: {other:?}"),
        }
    }

    #[test]
    fn a_panic_on_the_way_makes_the_command_fail() {
        let (queued, event) = queued();
        queued.entry().run(|_| panic!("on purpose"));
        let text = failure_of(&event);
        assert!(text.contains("the device panicked: on purpose"), "{text}");
    }

    #[test]
    fn a_command_that_is_lost_after_it_has_begun_fails() {
        let (queued, event) = queued();
        queued.entry().has_begun = true;
        drop(queued);
        let text = failure_of(&event);
        assert!(text.contains("the device lost the command"), "{text}");
    }

    #[test]
    fn the_event_of_a_command_that_has_not_begun_stays_pending() {
        let (lost, event) = queued();
        drop(lost);
        assert!(event.is_pending());
        // The next command in the same record has nothing of it.
        let (next, event) = queued();
        next.entry().run(|_| Setting::default());
        assert!(matches!(event.status(), Status::Complete));
    }
}
