//! The thread of a queue that runs by itself.

use super::entry::Entry;
use super::timing::Engines;
use crate::error::Failure;
use crate::sync::event::Event;
use crate::util::panics::contain;
use crate::util::primitives::{Arc, Condvar, Mutex, lock, thread, unpoisoned};
use std::collections::VecDeque;

/// What a worker has yet to run.
#[derive(Debug, Default)]
pub(super) struct Line {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    entries: VecDeque<Entry>,
    /// Entries so far, to number them.
    total: u64,
    closed: bool,
}

impl Line {
    /// A new line, and the worker that serves it, on `engines` if commands take the time of a model.
    pub(super) fn open(engines: Option<Arc<Engines>>) -> Result<Arc<Self>, Failure> {
        let line = Arc::<Line>::default();
        let worker = line.clone();
        thread::Builder::new()
            .name("gpu-stages cpu queue".into())
            .spawn(move || worker.serve(engines.as_deref()))
            .map_err(|error| Failure::new(None, format!("no thread: {error}")))?;
        Ok(line)
    }

    /// Adds what is made for the next position.
    pub(super) fn push(&self, make: impl FnOnce(u64) -> Entry) -> Event {
        let mut state = lock(&self.state);
        state.total += 1;
        let entry = make(state.total);
        let event = entry.completion.clone().into();
        state.entries.push_back(entry);
        drop(state);
        self.changed.notify_one();
        event
    }

    /// Nothing is added any more: the worker runs what there is, and ends.
    pub(super) fn close(&self) {
        lock(&self.state).closed = true;
        self.changed.notify_one();
    }

    fn serve(&self, engines: Option<&Engines>) {
        while let Some(entry) = self.next() {
            // What user code does in destructors and wakers must not end the queue.
            contain(|| {
                let due = entry.wait();
                let hold = engines.and_then(|engines| engines.take(&due.entry().command));
                due.run(None, hold.as_ref());
            });
        }
    }

    fn next(&self) -> Option<Entry> {
        let mut state = lock(&self.state);
        loop {
            if let Some(entry) = state.entries.pop_front() {
                return Some(entry);
            }
            if state.closed {
                return None;
            }
            state = unpoisoned(self.changed.wait(state));
        }
    }
}
