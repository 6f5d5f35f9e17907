//! The thread of a queue that runs by itself.

use super::entry::Entry;
use crate::error::Failure;
use crate::event::Event;
use crate::panics::contain;
use crate::sync::{Arc, Condvar, Mutex, lock, thread, unpoisoned};
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
    /// A new line, and the worker that serves it.
    pub(super) fn open() -> Result<Arc<Self>, Failure> {
        let line = Arc::<Line>::default();
        let worker = line.clone();
        thread::Builder::new()
            .name("gpu-stages cpu queue".into())
            .spawn(move || worker.serve())
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

    fn serve(&self) {
        while let Some(entry) = self.next() {
            // What user code does in destructors and wakers must not end the queue.
            contain(|| entry.wait().run(None));
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
