//! The queues of the embedded device: one worker thread each.

use super::event::Completion;
use super::hazards::{Stamp, Watcher};
use super::{Cpu, Device, execute};
use crate::backend::{Command, Identity, Submission};
use crate::error::{Failure, Origin};
use crate::event::{Event, Events, Status};
use crate::panics::contain;
use crate::pool::Pooled;
use crate::sync::{Arc, AtomicU64, Mutex, Ordering, lock};
use crate::watch::Watch;
use std::collections::VecDeque;
use std::sync::Condvar;

/// A queue's handle for the host. Dropping it lets the worker run what is enqueued, and end.
#[derive(Debug)]
pub struct RawQueue {
    identity: Identity,
    line: Arc<Line>,
    counts: [AtomicU64; 4],
    watcher: Option<Arc<Watcher>>,
    /// The same, as the core knows it.
    watch: Option<Arc<dyn Watch>>,
    fills_garbage: bool,
}

/// What has been enqueued on a queue so far; see [`Queue::counts`](crate::Queue::counts).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Uploads, downloads, copies, fills and launches.
    pub commands: u64,
    /// Events that commands and barriers were told to wait for.
    pub waits: u64,
    /// Markers.
    pub markers: u64,
    /// Barriers.
    pub barriers: u64,
}

#[derive(Debug, Default)]
struct Line {
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

#[derive(Debug)]
struct Entry {
    command: Command<Cpu>,
    order: Events,
    data: Events,
    origin: Option<Origin>,
    completion: Pooled<Completion>,
    watched: Option<(Arc<Watcher>, Arc<Stamp>)>,
}

impl RawQueue {
    pub(super) fn open(device: &Device, identity: Identity) -> Result<Self, Failure> {
        let line = Arc::<Line>::default();
        let worker = line.clone();
        std::thread::Builder::new()
            .name("gpu-stages cpu queue".into())
            .spawn(move || worker.serve())
            .map_err(|error| Failure::new(None, format!("no thread: {error}")))?;
        Ok(RawQueue {
            identity,
            line,
            counts: Default::default(),
            watch: device.watcher().map(|watcher| watcher as Arc<dyn Watch>),
            watcher: device.watcher(),
            fills_garbage: device.fills_garbage(),
        })
    }

    pub(super) fn push(&self, submission: Submission<'_, Cpu>) -> Event {
        self.count(&submission);
        let (order, data) = (submission.order.into(), submission.data.into());
        let mut state = lock(&self.line.state);
        state.total += 1;
        let completion = Completion::pending(&self.identity, state.total);
        let watched = self.watcher.clone().map(|watcher| {
            let stamp = watcher.enqueued(self.identity.id, &submission);
            completion.stamp_with(stamp.clone());
            (watcher, stamp)
        });
        let event = completion.clone().into();
        state.entries.push_back(Entry {
            command: std::mem::replace(submission.command, Command::Marker),
            order,
            data,
            origin: submission.origin,
            completion,
            watched,
        });
        drop(state);
        self.line.changed.notify_one();
        event
    }

    pub(super) fn fills_garbage(&self) -> bool {
        self.fills_garbage
    }

    #[inline]
    pub(super) fn watch(&self) -> Option<&Arc<dyn Watch>> {
        self.watch.as_ref()
    }

    fn count(&self, submission: &Submission<'_, Cpu>) {
        let kind = match *submission.command {
            Command::Marker => 2,
            Command::Barrier => 3,
            _ => 0,
        };
        self.counts[kind].fetch_add(1, Ordering::Relaxed);
        self.counts[1].fetch_add(submission.order.len() as u64, Ordering::Relaxed);
    }

    pub(super) fn counts(&self) -> Counts {
        let [commands, waits, markers, barriers] =
            [0, 1, 2, 3].map(|kind| self.counts[kind].load(Ordering::Relaxed));
        Counts {
            commands,
            waits,
            markers,
            barriers,
        }
    }
}

impl Drop for RawQueue {
    fn drop(&mut self) {
        if let Some(watcher) = &self.watcher {
            watcher.closed(self.identity.id);
        }
        lock(&self.line.state).closed = true;
        self.line.changed.notify_one();
    }
}

impl Line {
    fn serve(&self) {
        while let Some(entry) = self.next() {
            // What user code does in destructors and wakers must not end the queue.
            contain(|| entry.run());
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
            let woken = self.changed.wait(state);
            state = woken.unwrap_or_else(std::sync::PoisonError::into_inner);
        }
    }
}

impl Entry {
    fn run(self) {
        self.order.iter().for_each(|event| {
            event.block();
        });
        let failed = self.data.iter().find_map(|event| match event.status() {
            Status::Failed(failure) => Some(failure),
            _ => None,
        });
        let result = match failed {
            Some(failure) => Err(failure),
            // SAFETY: what the command is behind is over, by the waits above and by the order of the queue.
            None => unsafe { execute::run(&self.command) }
                .map_err(|message| Arc::new(Failure::new(self.origin, message))),
        };
        // The memory is given back before the event says that nobody touches it any more; what user code holds
        // is dropped after it, because its destructors may wait or panic.
        if let Some((watcher, stamp)) = &self.watched {
            watcher.over(stamp, &self.command);
        }
        drop((self.order, self.data));
        let kernel = match self.command {
            Command::Launch(kernel, _, arguments) => {
                drop(arguments);
                Some(kernel)
            }
            _ => None,
        };
        self.completion.over(result);
        drop(kernel);
    }
}
