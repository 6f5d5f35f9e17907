//! The thread of a queue that runs by itself.

use super::entry::Setting;
use super::queued::Queued;
use super::timing::Engines;
use crate::error::Failure;
use crate::sync::event::Event;
use crate::util::panics::contain;
use crate::util::primitives::{Arc, Condvar, Mutex, lock, thread, unpoisoned};
use std::collections::VecDeque;

/// A queue's worker: what its thread has yet to run.
#[derive(Debug)]
pub(super) struct Worker {
    /// The process that has the thread.
    process: u32,
    pending: Mutex<Pending>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Pending {
    entries: VecDeque<Queued>,
    /// The number of entries so far.
    total: u64,
    is_closed: bool,
}

impl Worker {
    /// A worker and its thread. Its commands run on `engines` if they take the time of a model.
    pub(super) fn open(engines: Option<Arc<Engines>>) -> Result<Arc<Self>, Failure> {
        let worker = Arc::new(Worker {
            process: std::process::id(),
            pending: Mutex::default(),
            changed: Condvar::new(),
        });
        let on_thread = worker.clone();
        thread::Builder::new()
            .name("gpu-stages cpu queue".into())
            .spawn(move || on_thread.serve(engines.as_deref()))
            .map_err(|error| Failure::new(None, format!("no thread: {error}")))?;
        Ok(worker)
    }

    pub(super) fn process(&self) -> u32 {
        self.process
    }

    /// Adds the entry that `make` makes for the next position.
    pub(super) fn push(&self, make: impl FnOnce(u64) -> Queued) -> Event {
        let mut pending = lock(&self.pending);
        pending.total += 1;
        let queued = make(pending.total);
        let event = queued.entry().event();
        pending.entries.push_back(queued);
        drop(pending);
        self.changed.notify_one();
        event
    }

    /// No more entries will be added: the thread runs those that there are, and ends.
    pub(super) fn close(&self) {
        lock(&self.pending).is_closed = true;
        self.changed.notify_one();
    }

    fn serve(&self, engines: Option<&Engines>) {
        while let Some(queued) = self.next() {
            // A panic in the destructors and wakers of user code must not end the queue.
            contain(|| run(queued, engines));
        }
    }

    fn next(&self) -> Option<Queued> {
        let mut pending = lock(&self.pending);
        loop {
            if let Some(queued) = pending.entries.pop_front() {
                return Some(queued);
            }
            if pending.is_closed {
                return None;
            }
            pending = unpoisoned(self.changed.wait(pending));
        }
    }
}

/// Runs an entry and drops what it held.
fn run(queued: Queued, engines: Option<&Engines>) {
    queued.entry().run(|entry| Setting {
        fault: None,
        hold: engines.and_then(|engines| engines.take(&entry.command)),
    });
}
