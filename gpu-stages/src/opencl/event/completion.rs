//! [`Completion`]: the record that all handles to one event share.

use crate::error::{Failure, Origin};
use crate::opencl::aftercare;
use crate::opencl::cl::{ClEvent, ContextId};
use crate::opencl::fence::DeferredFailure;
use crate::opencl::leftovers::{Place, Unseen};
use crate::opencl::native_queue::NativeQueue;
use crate::sync::clock::{Position, QueueId};
use crate::sync::event::{CommandName, Erased, Wakers};
use crate::util::pool::{Node, Pool, Pooled, Recycle, static_pool};
use crate::util::primitives::{
    Arc, AtomicBool, AtomicU64, AtomicUsize, Mutex, Ordering, StaticU64, lock,
};
use cl_sys as sys;
use smallvec::SmallVec;

pub(super) const PENDING: usize = 0;
pub(super) const COMPLETE: usize = 1;
pub(super) const FAILED: usize = 2;

/// The completion of one command.
#[derive(Debug)]
pub(in crate::opencl) struct Completion {
    pub(super) state: AtomicUsize,
    /// Set when there is reason to ask the driver.
    pub(super) is_hinted: AtomicBool,
    queue: AtomicU64,
    earliest: AtomicU64,
    latest: AtomicU64,
    /// Whether a command relies on this one without waiting for it: the queue orders the two.
    is_relied_on: AtomicBool,
    /// The number of the last look that came to the record.
    round: AtomicU64,
    pub(super) rest: Mutex<Rest>,
}

#[derive(Debug, Default)]
pub(super) struct Rest {
    pub queue: Option<Arc<NativeQueue>>,
    pub native: Option<ClEvent>,
    /// Whether `native` is a marker that was enqueued later and stands in for the command's own event.
    pub is_late_marker: bool,
    /// Whether the driver and the watchdog have been told to hint.
    pub is_armed: bool,
    /// The status with which the driver called back.
    pub called_back: Option<i32>,
    pub command: CommandName,
    pub moment: u64,
    pub dependencies: Dependencies,
    /// A failure that is not reported yet.
    pub deferred: Option<DeferredFailure>,
    pub failure: Option<Arc<Failure>>,
    /// Whether a failure is to be logged.
    pub is_disowned: bool,
    pub wakers: Wakers,
    node: Option<&'static Node<Completion>>,
}

impl Rest {
    pub fn native(&self) -> Option<sys::cl_event> {
        self.native.as_ref().map(|event| event.0)
    }

    pub fn has_own_event(&self) -> bool {
        self.native.is_some() && !self.is_late_marker
    }

    /// Leaves the command's event to its queue if a later command relies on what this one did, and may not fail with it.
    fn leave(&mut self, position: Position, is_relied_on: bool) {
        if !self.has_own_event() || self.deferred.is_some() {
            return;
        }
        let queue = self.queue.as_ref();
        let queue = queue.filter(|queue| is_relied_on || queue.is_known_to_run_others());
        if let (Some(queue), Some(native)) = (queue, self.native.take()) {
            let data = self.dependencies.iter().filter(|it| it.is_data);
            queue.leftovers.leave(Unseen {
                position,
                native,
                origin: self.command.origin,
                data: data.map(|it| it.command.place).collect(),
            });
            aftercare::begin(queue);
        }
    }

    /// Empties the record in place; what there is to release is handed out.
    fn empty(&mut self) -> impl Sized + use<> {
        self.is_late_marker = false;
        self.is_armed = false;
        self.called_back = None;
        self.is_disowned = false;
        self.dependencies.clear();
        (
            self.queue.take(),
            self.native.take(),
            self.deferred.take(),
            self.failure.take(),
            self.wakers.take(),
        )
    }
}

/// A completion whose record may serve another command by now.
#[derive(Clone, Copy, Debug)]
pub(in crate::opencl) struct WeakCompletion {
    node: &'static Node<Completion>,
    pub place: Place,
}

/// A command that another one is ordered after, or needs the data of.
#[derive(Clone, Copy, Debug)]
pub(in crate::opencl) struct Dependency {
    pub command: WeakCompletion,
    /// Whether it is in the other's wait list. If not, the queues order the two, and the other runs even if this one
    /// failed.
    pub is_waited_for: bool,
    /// Whether the other needs what it made.
    pub is_data: bool,
}

pub(in crate::opencl) type Dependencies = SmallVec<[Dependency; 4]>;

/// What is known of a command when it has been enqueued.
pub(in crate::opencl) struct Enqueued {
    pub position: Position,
    pub native: Option<ClEvent>,
    pub command: CommandName,
    pub moment: u64,
    pub dependencies: Dependencies,
    /// Set if the command was not enqueued, because what it needs had failed before.
    pub deferred: Option<DeferredFailure>,
}

static_pool!(COMPLETIONS: Completion);

impl Recycle for Completion {
    type Object = dyn Erased;

    fn pool() -> &'static Pool<Self> {
        &COMPLETIONS
    }

    fn fresh() -> Self {
        Completion {
            state: AtomicUsize::new(PENDING),
            is_hinted: AtomicBool::new(false),
            queue: AtomicU64::new(0),
            earliest: AtomicU64::new(0),
            latest: AtomicU64::new(0),
            is_relied_on: AtomicBool::new(false),
            round: AtomicU64::new(0),
            rest: Mutex::default(),
        }
    }

    fn recycle(&self) {
        // No queue has the id 0: weak references from before no longer fit.
        let place = self.place();
        self.queue.store(0, Ordering::Relaxed);
        if self.state.load(Ordering::Relaxed) == PENDING {
            let is_relied_on = self.is_relied_on.load(Ordering::Relaxed);
            lock(&self.rest).leave(place.position, is_relied_on);
        }
        self.is_relied_on.store(false, Ordering::Relaxed);
        let released = lock(&self.rest).empty();
        drop(released);
        self.state.store(PENDING, Ordering::Relaxed);
        self.is_hinted.store(false, Ordering::Relaxed);
    }
}

impl Completion {
    /// The completion to come of a command on `queue`.
    pub(in crate::opencl) fn pending(queue: &Arc<NativeQueue>, enqueued: Enqueued) -> Pooled<Self> {
        let record = Pooled::<Completion>::take();
        let Position { earliest, latest } = enqueued.position;
        record.earliest.store(earliest, Ordering::Relaxed);
        record.latest.store(latest, Ordering::Relaxed);
        {
            let mut rest = lock(&record.rest);
            rest.queue = Some(queue.clone());
            rest.native = enqueued.native;
            rest.command = enqueued.command;
            rest.moment = enqueued.moment;
            rest.dependencies = enqueued.dependencies;
            rest.deferred = enqueued.deferred;
            rest.node = Some(record.node());
        }
        let id = queue.identity.id.into_raw();
        record.queue.store(id, Ordering::Release);
        record
    }

    pub(super) fn place(&self) -> Place {
        Place {
            queue: QueueId::from_raw(self.queue.load(Ordering::Acquire)),
            position: Position {
                earliest: self.earliest.load(Ordering::Relaxed),
                latest: self.latest.load(Ordering::Relaxed),
            },
        }
    }

    pub(super) fn native_queue(&self) -> Option<Arc<NativeQueue>> {
        lock(&self.rest).queue.clone()
    }

    pub(super) fn origin(&self) -> Option<Origin> {
        lock(&self.rest).command.origin
    }

    pub(super) fn dependencies(&self) -> Dependencies {
        lock(&self.rest).dependencies.clone()
    }

    /// Whether the command is of this context.
    pub(in crate::opencl) fn is_of(&self, context: ContextId) -> bool {
        let rest = lock(&self.rest);
        let queue = rest.queue.as_ref();
        queue.is_some_and(|queue| queue.context == context)
    }

    /// Whether the driver's event is the command's own, and its end the command's.
    pub(super) fn is_its_own_event(&self) -> bool {
        let rest = lock(&self.rest);
        rest.has_own_event() && rest.deferred.is_none()
    }

    /// The driver called back for its event `native`. The record may serve another command by now, which has another.
    pub(super) fn note_callback(&self, native: sys::cl_event, status: i32) {
        let mut rest = lock(&self.rest);
        if rest.native() == Some(native) {
            rest.called_back = Some(status);
        }
    }

    /// Whether this look, which has the number `round`, has not come to the record before.
    pub(super) fn is_new_in(&self, round: u64) -> bool {
        self.round.swap(round, Ordering::Relaxed) != round
    }

    /// Notes that a command relies on this one without waiting for it.
    pub(in crate::opencl) fn note_relied_on(&self) {
        self.is_relied_on.store(true, Ordering::Relaxed);
    }

    pub(in crate::opencl) fn downgrade(&self) -> Option<WeakCompletion> {
        Some(WeakCompletion {
            node: lock(&self.rest).node?,
            place: self.place(),
        })
    }
}

/// A number that no other look has.
pub(super) fn next_round() -> u64 {
    static ROUND: StaticU64 = StaticU64::new(1);
    ROUND.fetch_add(1, Ordering::Relaxed)
}

impl WeakCompletion {
    pub(super) fn upgrade(&self) -> Option<Pooled<Completion>> {
        let record = self.node.upgrade()?;
        // Emptying a record takes its lock. After this one has been taken, the record is seen as it is now.
        let rest = lock(&record.rest);
        let is_same = record.place() == self.place;
        drop(rest);
        is_same.then_some(record)
    }
}
