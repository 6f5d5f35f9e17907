//! Events of OpenCL commands.
//!
//! The native event is the truth; callbacks and the watchdog only hint when to look at it. A command that nobody
//! on another queue or on the host waits for has no native event at all, until somebody does: then a marker
//! stands in for it.

use super::cl::{self, ClEvent, Code, ContextId};
use super::queue::Line;
use super::watchdog;
use crate::error::{Failure, Origin};
use crate::event::{Event, EventSource, Status, WaitKey, Wakers};
use crate::order::{Knowledge, Position, QueueId};
use crate::panics::wake_all;
use crate::pool::{Pool, Pooled, Recycle};
use crate::sync::{Arc, AtomicBool, AtomicU64, AtomicUsize, Mutex, Ordering, lock};
use cl_sys as sys;
use smallvec::SmallVec;
use std::ffi::c_void;
use std::task::Waker;

const PENDING: usize = 0;
const COMPLETE: usize = 1;
const FAILED: usize = 2;

/// The completion of one command.
#[derive(Debug)]
pub(super) struct Completion {
    state: AtomicUsize,
    /// Set when there is reason to ask the driver.
    hinted: AtomicBool,
    queue: AtomicU64,
    earliest: AtomicU64,
    latest: AtomicU64,
    rest: Mutex<Rest>,
}

#[derive(Debug, Default)]
struct Rest {
    line: Option<Arc<Line>>,
    native: Option<ClEvent>,
    armed: bool,
    origin: Option<Origin>,
    causes: Causes,
    failure: Option<Arc<Failure>>,
    wakers: Wakers,
    /// The record itself: records are never freed.
    me: Option<&'static Completion>,
}

/// The commands whose failure makes this one fail.
pub(super) type Causes = SmallVec<[Weak; 2]>;

/// A completion that may have been recycled since.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weak {
    completion: &'static Completion,
    queue: QueueId,
    position: Position,
}

static COMPLETIONS: Pool<Completion> = Pool::new();

impl Recycle for Completion {
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
            rest: Mutex::default(),
        }
    }

    fn recycle(&self) {
        // No queue has id 0: references from before no longer fit.
        self.queue.store(0, Ordering::Relaxed);
        let rest = std::mem::take(&mut *lock(&self.rest));
        drop(rest);
        self.state.store(PENDING, Ordering::Relaxed);
        self.hinted.store(false, Ordering::Relaxed);
    }
}

/// What is known of a command when it has been enqueued.
pub(super) struct Enqueued {
    pub position: Position,
    pub native: Option<ClEvent>,
    pub origin: Option<Origin>,
    pub causes: Causes,
}

impl Completion {
    pub(super) fn pending(line: &Arc<Line>, enqueued: Enqueued) -> Event {
        let record = Pooled::<Completion>::take();
        let Position { earliest, latest } = enqueued.position;
        record.earliest.store(earliest, Ordering::Relaxed);
        record.latest.store(latest, Ordering::Relaxed);
        *lock(&record.rest) = Rest {
            line: Some(line.clone()),
            native: enqueued.native,
            origin: enqueued.origin,
            causes: enqueued.causes,
            me: Some(record.leaked()),
            ..Rest::default()
        };
        record
            .queue
            .store(line.identity.id.into_raw(), Ordering::Release);
        record.into()
    }

    /// There is reason to look: wakes whoever waits. Makes no call of the driver.
    pub(super) fn hint(&self) {
        self.hinted.store(true, Ordering::Release);
        let wakers = lock(&self.rest).wakers.take();
        wake_all(wakers);
    }

    /// The native event, made now if there is none, and flushed: somebody elsewhere will wait for it. `None`
    /// when the driver refuses.
    pub(super) fn native(&self) -> Option<sys::cl_event> {
        let (line, native) = {
            let rest = lock(&self.rest);
            let native = rest.native.as_ref().map(|event| event.0);
            (rest.line.clone()?, native)
        };
        if native.is_some() {
            line.flush();
            return native;
        }
        let mut marker = Some(line.marker().ok()?);
        let native = {
            let mut rest = lock(&self.rest);
            if rest.native.is_none() {
                rest.native = marker.take();
            }
            rest.native.as_ref().map(|event| event.0)
        };
        // A second marker, if two threads came at once, is released outside of the lock.
        drop(marker);
        line.flush();
        native
    }

    /// Whether the command is of this context.
    pub(super) fn is_of(&self, context: ContextId) -> bool {
        let rest = lock(&self.rest);
        rest.line
            .as_ref()
            .is_some_and(|line| line.context == context)
    }

    pub(super) fn downgrade(&self) -> Option<Weak> {
        Some(Weak {
            completion: lock(&self.rest).me?,
            queue: self.queue(),
            position: self.position(),
        })
    }

    /// Asks the driver.
    fn ask(&self) -> Status {
        if let Some(failure) = self.cause() {
            return self.over(Err(failure));
        }
        let native = lock(&self.rest).native.as_ref().map(|event| event.0);
        let status = match native.or_else(|| self.native()) {
            // The event is alive: whoever asks holds a handle to this record, which owns it.
            Some(native) => cl::event_status(native),
            None => Err(Code(sys::CL_OUT_OF_RESOURCES)),
        };
        match status {
            Ok(sys::CL_COMPLETE) => self.over(Ok(())),
            Ok(code) if code > 0 => Status::Pending,
            Ok(code) | Err(Code(code)) => {
                let origin = lock(&self.rest).origin;
                let failure = Failure::new(origin, Code(code).to_string());
                self.over(Err(Arc::new(failure)))
            }
        }
    }

    /// The failure of a command that this one needed. Some drivers leave such a command queued for ever.
    fn cause(&self) -> Option<Arc<Failure>> {
        let causes = lock(&self.rest).causes.clone();
        causes.iter().find_map(Weak::failure)
    }

    /// Notes the end. A command that went well got the data that it needed: so did what made that data.
    fn over(&self, result: Result<(), Arc<Failure>>) -> Status {
        let status = match &result {
            Ok(()) => Status::Complete,
            Err(failure) => Status::Failed(failure.clone()),
        };
        let is_good = result.is_ok();
        let mut causes = self.close(result);
        if is_good {
            while let Some(cause) = causes.pop() {
                if let Some(completion) = cause.upgrade().filter(|c| !c.is_noted_over()) {
                    causes.extend(completion.close(Ok(())));
                }
            }
            if let Some(knowledge) = self.knowledge() {
                knowledge.saw_complete(self.position());
            }
        }
        status
    }

    /// Sets the final state and wakes whoever waits; returns what the command needed.
    fn close(&self, result: Result<(), Arc<Failure>>) -> Causes {
        let mut rest = lock(&self.rest);
        let state = if result.is_ok() { COMPLETE } else { FAILED };
        rest.failure = result.err();
        let causes = std::mem::take(&mut rest.causes);
        let wakers = rest.wakers.take();
        self.state.store(state, Ordering::Release);
        drop(rest);
        wake_all(wakers);
        causes
    }

    /// Whether the command has no event of its own and stands before one of its queue that is complete.
    fn is_passed(&self) -> bool {
        let rest = lock(&self.rest);
        let line = rest.line.as_ref().filter(|_| rest.native.is_none());
        line.is_some_and(|line| line.identity.knowledge.is_complete(self.position()))
    }

    /// Whether the command will not touch memory any more, as far as is known without the driver.
    pub(super) fn is_done_with_memory(&self) -> bool {
        let passed = || {
            let knowledge = self.knowledge();
            knowledge.is_some_and(|knowledge| knowledge.is_complete(self.position()))
        };
        self.is_noted_over() || passed()
    }

    /// What is known without the driver.
    fn noted(&self) -> Status {
        match self.state.load(Ordering::Acquire) {
            COMPLETE => Status::Complete,
            FAILED => match lock(&self.rest).failure.clone() {
                Some(failure) => Status::Failed(failure),
                None => Status::Complete,
            },
            _ if self.is_passed() => Status::Complete,
            _ => Status::Pending,
        }
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
    completion.hint();
}

impl Weak {
    fn upgrade(&self) -> Option<&'static Completion> {
        let same =
            self.completion.queue() == self.queue && self.completion.position() == self.position;
        same.then_some(self.completion)
    }

    fn failure(&self) -> Option<Arc<Failure>> {
        match self.upgrade()?.noted() {
            Status::Failed(failure) => Some(failure),
            _ => None,
        }
    }

    /// Looks whether the command is over, and whether it can still come to be. Returns whether to look again.
    pub(super) fn look(&self) -> bool {
        let Some(completion) = self.upgrade() else {
            return false;
        };
        if completion.noted().is_terminal() {
            return false;
        }
        let causes = lock(&completion.rest).causes.clone();
        for cause in &causes {
            cause.look();
        }
        completion.hint();
        true
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

    fn knowledge(&self) -> Option<Arc<Knowledge>> {
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
