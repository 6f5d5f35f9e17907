//! Waits that belong to no use of a resource: for an event, for a whole queue, for a blocking stage. Stall reports tell them.

use super::clock::QueueId;
use super::current::current;
use super::event::{CommandName, Event, WaitKey};
use crate::util::primitives::{Arc, OnceLock, Ordering, StaticBool, StaticMutex, lock_static};
use std::collections::BTreeMap;

/// One wait, until it is dropped.
pub(crate) struct OtherWait(WaitKey);

/// A wait, and what waits.
#[derive(Clone, Debug)]
pub(crate) struct Waiter {
    pub key: WaitKey,
    pub awaited: AwaitedThing,
    /// The call whose code began the wait; 0 for none.
    pub call: u64,
    /// The thread, if one is blocked; else it is a task.
    pub thread: Option<Arc<str>>,
}

/// What is waited for.
#[derive(Clone, Debug)]
pub(crate) enum AwaitedThing {
    Event(Event),
    /// Everything on a queue. The function finds the first command there that is not over.
    Queue(QueueId, fn(QueueId) -> Option<CommandName>),
    BlockingStage(Arc<Progress>),
}

/// How far a blocking stage has come.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// Whether a thread runs it.
    pub has_begun: StaticBool,
    /// Whether it is over, so that only the future has to be polled.
    pub is_over: StaticBool,
}

/// Is called when a wait begins. Set by the observer of stalls: this room knows no observers.
static ON_WAIT: OnceLock<fn()> = OnceLock::new();

/// Sets what is called when a wait begins; the first one counts.
pub(crate) fn on_wait(notice: fn()) {
    ON_WAIT.get_or_init(|| notice);
}

static WAITS: StaticMutex<BTreeMap<WaitKey, Waiter>> = StaticMutex::new(BTreeMap::new());

impl OtherWait {
    /// A task waits for `event`.
    pub fn for_event(event: &Event) -> Self {
        Self::begin(AwaitedThing::Event(event.clone()), None)
    }

    /// A task waits for a blocking stage.
    pub fn for_blocking_stage(progress: &Arc<Progress>) -> Self {
        Self::begin(AwaitedThing::BlockingStage(progress.clone()), None)
    }

    /// This thread is blocked until everything on `queue` is over; `first_pending` finds the first command there that is
    /// not.
    pub fn of_thread(queue: QueueId, first_pending: fn(QueueId) -> Option<CommandName>) -> Self {
        let thread = std::thread::current();
        let name = thread.name().unwrap_or("without a name").into();
        Self::begin(AwaitedThing::Queue(queue, first_pending), Some(name))
    }

    fn begin(awaited: AwaitedThing, thread: Option<Arc<str>>) -> Self {
        let key = WaitKey::unique();
        let waiter = Waiter {
            key,
            awaited,
            call: current(),
            thread,
        };
        lock_static(&WAITS).insert(key, waiter);
        if let Some(notice) = ON_WAIT.get() {
            notice();
        }
        OtherWait(key)
    }
}

impl Drop for OtherWait {
    fn drop(&mut self) {
        let waiter = lock_static(&WAITS).remove(&self.0);
        // Not under the lock: dropping an event may run code of a backend.
        drop(waiter);
    }
}

impl Waiter {
    /// All waits that are not over, in the order in which they began.
    pub fn all() -> Vec<Waiter> {
        let waits = lock_static(&WAITS);
        waits.values().cloned().collect()
    }

    /// Whether what is waited for is over, so that only the task has to be polled.
    pub fn is_over(&self) -> bool {
        match &self.awaited {
            AwaitedThing::Event(event) => event.ask().is_terminal(),
            AwaitedThing::Queue(..) => false,
            AwaitedThing::BlockingStage(progress) => progress.is_over.load(Ordering::Relaxed),
        }
    }
}
