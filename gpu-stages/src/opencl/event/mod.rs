//! Events of OpenCL commands.
//!
//! The native event is the truth; callbacks and the watchdog only hint when to look at it. A command that nobody
//! on another queue or on the host waits for has no native event at all, until somebody does: then a marker
//! stands in for it.

use crate::error::{Failure, Origin};
use crate::opencl::cl::{self, ClEvent, ContextId};
use crate::opencl::failure::{self, Causes, Failing};
use crate::opencl::line::{Line, Waits};
use crate::opencl::watchdog;
use crate::sync::clock::{Knowledge, Position, QueueId};
use crate::sync::event::{Erased, Event, EventSource, Status, WaitKey, Wakers};
use crate::util::panics::{contain, wake_all};
use crate::util::pool::{Node, Pool, Pooled, Recycle, static_pool};
use crate::util::primitives::{Arc, AtomicBool, AtomicU64, AtomicUsize, Mutex, Ordering, lock};
use cl_sys as sys;
use std::ffi::c_void;
use std::task::Waker;

mod outcome;

const PENDING: usize = 0;
const COMPLETE: usize = 1;
const FAILED: usize = 2;

/// The completion of one command.
#[derive(Debug)]
pub(in crate::opencl) struct Completion {
    state: AtomicUsize,
    /// Set when there is reason to ask the driver.
    hinted: AtomicBool,
    queue: AtomicU64,
    earliest: AtomicU64,
    latest: AtomicU64,
    /// The watchdog's last round that came by.
    round: AtomicU64,
    rest: Mutex<Rest>,
}

#[derive(Debug, Default)]
struct Rest {
    line: Option<Arc<Line>>,
    native: Option<ClEvent>,
    /// Whether `native` is a marker that was made later.
    stands_in: bool,
    armed: bool,
    origin: Option<Origin>,
    moment: u64,
    causes: Causes,
    failing: Option<Failing>,
    failure: Option<Arc<Failure>>,
    wakers: Wakers,
    node: Option<&'static Node<Completion>>,
}

impl Rest {
    /// Empties the record in place; what there is to release is handed out.
    fn empty(&mut self) -> impl Sized + use<> {
        self.stands_in = false;
        self.armed = false;
        self.causes.clear();
        (
            self.line.take(),
            self.native.take(),
            self.failing.take(),
            self.failure.take(),
            self.wakers.take(),
        )
    }
}

/// A completion that may have been recycled since.
#[derive(Clone, Copy, Debug)]
pub(in crate::opencl) struct Weak {
    node: &'static Node<Completion>,
    pub queue: QueueId,
    pub position: Position,
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
            hinted: AtomicBool::new(false),
            queue: AtomicU64::new(0),
            earliest: AtomicU64::new(0),
            latest: AtomicU64::new(0),
            round: AtomicU64::new(0),
            rest: Mutex::default(),
        }
    }

    fn recycle(&self) {
        // No queue has id 0: references from before no longer fit.
        self.queue.store(0, Ordering::Relaxed);
        let released = lock(&self.rest).empty();
        drop(released);
        self.state.store(PENDING, Ordering::Relaxed);
        self.hinted.store(false, Ordering::Relaxed);
    }
}

/// What is known of a command when it has been enqueued.
pub(in crate::opencl) struct Enqueued {
    pub position: Position,
    pub native: Option<ClEvent>,
    pub origin: Option<Origin>,
    pub moment: u64,
    pub causes: Causes,
    /// Set if it failed before it was enqueued, and so was not.
    pub failing: Option<Failing>,
}

impl Completion {
    pub(in crate::opencl) fn pending(line: &Arc<Line>, enqueued: Enqueued) -> Event {
        let record = Pooled::<Completion>::take();
        let Position { earliest, latest } = enqueued.position;
        record.earliest.store(earliest, Ordering::Relaxed);
        record.latest.store(latest, Ordering::Relaxed);
        {
            let mut rest = lock(&record.rest);
            rest.line = Some(line.clone());
            rest.native = enqueued.native;
            rest.origin = enqueued.origin;
            rest.moment = enqueued.moment;
            rest.causes = enqueued.causes;
            rest.failing = enqueued.failing;
            rest.node = Some(record.node());
        }
        record
            .queue
            .store(line.identity.id.into_raw(), Ordering::Release);
        record.into()
    }

    /// There is reason to look: wakes whoever waits. Makes no call of the driver.
    pub(in crate::opencl) fn hint(&self) {
        self.hinted.store(true, Ordering::Release);
        let wakers = lock(&self.rest).wakers.take();
        wake_all(wakers);
    }

    /// The native event, made now if there is none, and flushed: somebody elsewhere will wait for it. `None`
    /// when the driver refuses.
    fn native(&self) -> Option<sys::cl_event> {
        self.line_and_native().map(|(_, native)| native)
    }

    fn line_and_native(&self) -> Option<(Arc<Line>, sys::cl_event)> {
        let (line, native) = {
            let rest = lock(&self.rest);
            let native = rest.native.as_ref().map(|event| event.0);
            (rest.line.clone()?, native)
        };
        if let Some(native) = native {
            line.flush();
            return Some((line, native));
        }
        let mut marker = Some(line.marker(&[]).ok()?);
        let native = {
            let mut rest = lock(&self.rest);
            if rest.native.is_none() {
                rest.native = marker.take();
                rest.stands_in = true;
            }
            rest.native.as_ref().map(|event| event.0)
        };
        // A second marker, if two threads came at once, is released outside of the lock.
        drop(marker);
        line.flush();
        Some((line, native?))
    }

    /// Adds what commands of others must wait for to be behind this one. A failed event must never be among that: a
    /// command that waits for one may stay queued for ever. Its fence stands in. `None` when the driver refuses.
    pub(in crate::opencl) fn add_to(&self, waits: &mut Waits) -> Option<Arc<Line>> {
        if self.is_noted_over() {
            return self.line();
        }
        if failure::any() {
            let rest = lock(&self.rest);
            if let Some(failing) = &rest.failing {
                waits.extend(failing.fence.iter().map(|event| event.0));
                return rest.line.clone();
            }
        }
        let (line, native) = self.line_and_native()?;
        waits.push(native);
        Some(line)
    }

    /// Asks the driver before a command of `moment` uses this one, unless this one was enqueued right before, or
    /// has no event.
    pub(in crate::opencl) fn look_before_use(&self, moment: u64) {
        let (has_event, is_fresh) = {
            let rest = lock(&self.rest);
            let is_fresh = moment != 0 && rest.moment == moment;
            (rest.native.is_some(), is_fresh)
        };
        if has_event && !is_fresh && !self.is_known_over() {
            self.ask();
        }
    }

    /// Whether the command is of this context.
    pub(in crate::opencl) fn is_of(&self, context: ContextId) -> bool {
        let rest = lock(&self.rest);
        rest.line
            .as_ref()
            .is_some_and(|line| line.context == context)
    }

    pub(in crate::opencl) fn downgrade(&self) -> Option<Weak> {
        Some(Weak {
            node: lock(&self.rest).node?,
            queue: self.queue(),
            position: self.position(),
        })
    }

    pub(in crate::opencl) fn line(&self) -> Option<Arc<Line>> {
        lock(&self.rest).line.clone()
    }

    pub(in crate::opencl) fn origin(&self) -> Option<Origin> {
        lock(&self.rest).origin
    }

    pub(in crate::opencl) fn causes(&self) -> Causes {
        lock(&self.rest).causes.clone()
    }

    /// Whether the watchdog has not been here in this round.
    pub(in crate::opencl) fn is_new_in(&self, round: u64) -> bool {
        self.round.swap(round, Ordering::Relaxed) != round
    }

    /// Has the callback of the native event, and the watchdog, hint when it is over.
    fn arm(&self) {
        let native = self.native();
        let data = std::ptr::from_ref(self).cast_mut().cast::<c_void>();
        let armed = native.is_some_and(|native| cl::on_complete(native, hint, data).is_ok());
        if !armed {
            // Without a callback the next look says what is wrong.
            self.hint();
        }
        if let Some(weak) = self.downgrade() {
            watchdog::watch(weak);
        }
    }
}

/// Called by the driver, on any thread, maybe inside the call that arms.
extern "C" fn hint(_: sys::cl_event, _: sys::cl_int, completion: *mut c_void) {
    // SAFETY: `arm` passes a pointer to a record, which lives in a pool that never frees. By now it may stand
    // for another command: then the hint is one too many, which is harmless.
    let completion = unsafe { &*completion.cast::<Completion>() };
    // A waker that panics must not unwind into the driver.
    contain(|| completion.hint());
}

impl Weak {
    pub(in crate::opencl) fn upgrade(&self) -> Option<Pooled<Completion>> {
        let record = self.node.upgrade()?;
        // Emptying a record passes through its lock: behind it, the record is seen as what it is now.
        let rest = lock(&record.rest);
        let same = record.queue() == self.queue && record.position() == self.position;
        drop(rest);
        same.then_some(record)
    }
}

impl EventSource for Completion {
    fn queue(&self) -> QueueId {
        QueueId::from_raw(self.queue.load(Ordering::Acquire))
    }

    fn position(&self) -> Position {
        Position {
            earliest: self.earliest.load(Ordering::Relaxed),
            latest: self.latest.load(Ordering::Relaxed),
        }
    }

    fn knowledge(&self) -> Option<Pooled<Knowledge>> {
        let rest = lock(&self.rest);
        rest.line
            .as_ref()
            .map(|line| line.identity.knowledge.clone())
    }

    fn status(&self) -> Status {
        match self.noted() {
            Status::Pending => self.ask(),
            known => known,
        }
    }

    fn known(&self) -> Status {
        match self.noted() {
            Status::Pending if self.hinted.swap(false, Ordering::AcqRel) => self.ask(),
            known => known,
        }
    }

    fn is_noted_over(&self) -> bool {
        self.state.load(Ordering::Acquire) != PENDING
    }

    fn is_noted_good(&self) -> bool {
        self.state.load(Ordering::Acquire) == COMPLETE
    }

    fn register(&self, key: WaitKey, waker: &Waker) -> bool {
        if self.known().is_terminal() {
            return false;
        }
        let own = waker.clone();
        let (old, arm) = {
            let mut rest = lock(&self.rest);
            let old = rest.wakers.keep(key, own);
            (old, !std::mem::replace(&mut rest.armed, true))
        };
        drop(old);
        if arm {
            self.arm();
        }
        // A hint that came between the look and the waker has woken nobody.
        if self.hinted.load(Ordering::Acquire) || self.is_noted_over() {
            waker.wake_by_ref();
        }
        true
    }

    fn unregister(&self, key: WaitKey) {
        let old = lock(&self.rest).wakers.remove(key);
        drop(old);
    }

    fn announce(&self) {
        if !self.noted().is_terminal() {
            self.native();
        }
    }
}
