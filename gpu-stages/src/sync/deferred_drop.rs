//! Values that devices may still use are dropped later, when the devices are done with them. Dropping never blocks the
//! caller, and a value waits for its own events alone.
//!
//! A thread, started when it is first needed, drops what is over: destructors are user code, which may wait for the very
//! device that tells of the end. While a destructor lasts, another thread drops what comes. Threads are needed only when a
//! call is cancelled, or resolves early, while commands on its owned values are running. A value that waits for a device which makes no progress by itself (a simulation) is dropped by the
//! thread that steps the device.

use crate::sync::event::{Event, Events, WaitKey};
use crate::util::panics::{contain, each};
use crate::util::primitives::{
    Arc, Mutex, StaticCondvar, StaticMutex, lock, lock_static, unpoisoned,
};
use std::collections::{BTreeMap, VecDeque};
use std::task::Wake;
use std::thread::{Builder, ThreadId, current};
use std::time::{Duration, Instant};

/// Drops `value` when all `events` are over, successful or not; at once if they already are.
pub(crate) fn drop_after<T: Send + 'static>(value: T, events: Events) {
    if events.iter().all(|event| !event.is_pending()) {
        return drop(value);
    }
    let number = events.iter().all(Event::runs_by_itself).then(number);
    let kept = Arc::new(Kept {
        value: Mutex::new(Some(value)),
        events,
        key: WaitKey::unique(),
        number,
    });
    if let Some(number) = number {
        lock_static(&SHARED).waiting.insert(number, kept.clone());
    }
    kept.wake();
}

/// The same for several values, each after its own events, even when a destructor panics. Afterwards the first panic
/// continues.
pub(crate) fn drop_each_after<T: Send + 'static>(values: impl IntoIterator<Item = (T, Events)>) {
    each(values, |(value, events)| drop_after(value, events));
}

/// Waits until what is over is dropped, but not for long: a destructor may wait for what this thread holds.
pub(crate) fn settle() {
    let waiting: Vec<_> = lock_static(&SHARED).waiting.values().cloned().collect();
    waiting.into_iter().for_each(Waiting::look);
    let (until, own) = (Instant::now() + LONGEST, current().id());
    let mut shared = lock_static(&SHARED);
    while shared.is_busy() && shared.dropping.iter().all(|it| it.thread != own) {
        if !shared.has_thread() {
            let Some(value) = shared.over.pop_front() else {
                return;
            };
            drop(shared);
            contain(|| drop(value));
            shared = lock_static(&SHARED);
            continue;
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            shared.dropping.iter_mut().for_each(|it| it.is_slow = true);
            return;
        }
        shared = unpoisoned(CHANGED.wait_timeout(shared, left)).0;
    }
}

/// How long [`settle`] waits.
const LONGEST: Duration = Duration::from_millis(100);

/// The result of `make`, which is tried again when what is over is dropped: that may have been what was missing.
pub(crate) fn settle_and_retry<R, E>(mut make: impl FnMut() -> Result<R, E>) -> Result<R, E> {
    make().or_else(|_| {
        settle();
        make()
    })
}

static SHARED: StaticMutex<Shared> = StaticMutex::new(Shared {
    waiting: BTreeMap::new(),
    numbers: 0,
    over: VecDeque::new(),
    threads: 0,
    idle: 0,
    dropping: Vec::new(),
});

/// The greatest number of threads. It takes as many destructors that do not return to keep other values from being dropped.
const THREADS: usize = 16;

/// A value is over, or was dropped.
static CHANGED: StaticCondvar = StaticCondvar::new();

/// What is to be dropped.
struct Shared {
    /// Values whose events may not be over, by number.
    waiting: BTreeMap<u64, Arc<dyn Waiting>>,
    /// The number of values so far.
    numbers: u64,
    /// Values whose events are over.
    over: VecDeque<Box<dyn Send>>,
    threads: usize,
    /// The number of threads that wait for values.
    idle: usize,
    dropping: Vec<Dropping>,
}

/// A thread that drops a value.
struct Dropping {
    thread: ThreadId,
    /// Whether it took longer than [`settle`] waits.
    is_slow: bool,
}

impl Shared {
    fn is_busy(&self) -> bool {
        !self.over.is_empty() || self.dropping.iter().any(|it| !it.is_slow)
    }

    /// Whether there is a thread, or can be one. If not, values wait for the next that is over, or for [`settle`].
    fn has_thread(&mut self) -> bool {
        if self.threads == self.dropping.len() && self.threads < THREADS {
            let thread = Builder::new().name("gpu-stages deferred drop".into());
            self.threads += usize::from(thread.spawn(serve).is_ok());
        }
        self.threads > 0
    }
}

fn number() -> u64 {
    let mut shared = lock_static(&SHARED);
    shared.numbers += 1;
    shared.numbers
}

/// Drops what is over. Ends when there is nothing to do and another thread waits.
fn serve() {
    let thread = current().id();
    let mut shared = lock_static(&SHARED);
    loop {
        let Some(value) = shared.over.pop_front() else {
            if shared.idle > 0 {
                shared.threads -= 1;
                return;
            }
            shared.idle += 1;
            shared = unpoisoned(CHANGED.wait(shared));
            shared.idle -= 1;
            continue;
        };
        shared.dropping.push(Dropping {
            thread,
            is_slow: false,
        });
        if !shared.over.is_empty() {
            shared.has_thread();
        }
        drop(shared);
        // A destructor that panics must not end the thread.
        contain(|| drop(value));
        shared = lock_static(&SHARED);
        shared.dropping.retain(|it| it.thread != thread);
        CHANGED.notify_all();
    }
}

/// A value whose type is not known.
trait Waiting: Send + Sync {
    /// Looks whether its events are over.
    fn look(self: Arc<Self>);
}

/// A value that is dropped after the wake that finds its last event over.
struct Kept<T> {
    value: Mutex<Option<T>>,
    events: Events,
    key: WaitKey,
    /// None if it is dropped by the wake itself.
    number: Option<u64>,
}

impl<T: Send + 'static> Wake for Kept<T> {
    fn wake(self: Arc<Self>) {
        let waker = self.clone().into();
        let waits = |event: &Event| event.is_pending() && event.register(self.key, &waker);
        if self.events.iter().any(waits) {
            return;
        }
        let Some(value) = lock(&self.value).take() else {
            return;
        };
        let Some(number) = self.number else {
            return drop(value);
        };
        let mut shared = lock_static(&SHARED);
        let own = shared.waiting.remove(&number);
        shared.over.push_back(Box::new(value));
        shared.has_thread();
        drop(shared);
        CHANGED.notify_all();
        // Not under the lock: it may have the last handle to an event.
        drop(own);
    }
}

impl<T: Send + 'static> Waiting for Kept<T> {
    fn look(self: Arc<Self>) {
        if self.events.iter().all(|event| event.status().is_terminal()) {
            self.wake();
        }
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests;
