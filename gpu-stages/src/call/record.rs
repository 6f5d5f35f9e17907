//! The record of a call: what its handles share.

use crate::error::Failure;
use crate::event::{Event, Events};
use crate::pool::{Pool, Recycle, static_pool};
use crate::reaper;
use crate::schedule::Schedule;
#[cfg(feature = "tracing")]
use crate::spans;
use crate::sync::{Arc, AtomicBool, AtomicPtr, AtomicU64, AtomicUsize, Mutex, Ordering, lock};
use crate::timeline::{self, Outcome};
use crate::track::Track;
use smallvec::SmallVec;
use std::any::Any;

/// Values of `Record::waiting`; others are the number of an allocation, plus one.
pub(super) const NOT_WAITING: usize = 0;
pub(super) const ENDING: usize = usize::MAX;

/// What a call is made of; used again when the call is over.
pub struct Record {
    pub(super) id: AtomicU64,
    schedule: AtomicPtr<Schedule>,
    /// The call in whose stage this one was made; 0 for none.
    pub(super) parent: AtomicU64,
    pub(super) stage: AtomicUsize,
    /// Whether the future was ever polled.
    pub(super) begun: AtomicBool,
    /// What devices are waited for, on the host.
    pub(super) waiting: AtomicUsize,
    pub(super) succeeded: AtomicBool,
    pub(super) polled: AtomicBool,
    /// The last poll of the pipeline's body; 0 for none.
    pub(super) moment: AtomicU64,
    pub(super) dropped: AtomicBool,
    /// Whether there were uses whose end has to be marked.
    pub(super) opened: AtomicBool,
    /// Whether the call has taken several resources together without their ledgers, or tried.
    pub(super) joint: AtomicBool,
    /// Whether there is anything in the body.
    pub(super) used: AtomicBool,
    #[cfg(feature = "tracing")]
    pub(super) spans: spans::Slot,
    pub(super) body: Mutex<Body>,
}

#[derive(Default)]
pub(super) struct Body {
    pub tracks: SmallVec<[Track; 8]>,
    /// The last writes of what was handed on, to be looked at when the call ends.
    pub finals: SmallVec<[(usize, Event); 8]>,
    pub failed: Option<(usize, Arc<Failure>)>,
    /// Values of the call's own that devices may still use.
    pub kept: Vec<Kept>,
}

/// A value of the call's own, and the commands that may still use it.
pub(super) struct Kept {
    pub value: Box<dyn Any + Send>,
    pub events: Events,
}

static_pool!(CALLS: Record);

impl Record {
    /// The record stands for call number `id` of a pipeline from now on.
    pub(super) fn begin(&self, id: u64, schedule: &'static Schedule) {
        let pointer = std::ptr::from_ref(schedule).cast_mut();
        self.schedule.store(pointer, Ordering::Relaxed);
        // Release: whoever finds the call by its number finds its schedule.
        self.id.store(id, Ordering::Release);
    }

    /// The body is polled once more.
    pub(super) fn next_moment(&self) {
        // So far from those of other calls as no call is polled.
        let first = || self.id.load(Ordering::Relaxed) << 24;
        let moment = match self.moment.load(Ordering::Relaxed) {
            0 => first(),
            last => last + 1,
        };
        self.moment.store(moment, Ordering::Relaxed);
    }

    /// Whether the record stands for a call, of which whoever holds it sees all.
    pub(super) fn has_begun(&self) -> bool {
        self.id.load(Ordering::Acquire) != 0
    }

    /// The schedule of the call.
    #[inline]
    pub(super) fn schedule(&self) -> &'static Schedule {
        let pointer = self.schedule.load(Ordering::Relaxed);
        // SAFETY: a `Call` is made only of a record that has begun; `begin` stores a pointer to a static before it stores
        // a number other than 0, and nobody stores anything else in a record that once began.
        unsafe { &*pointer }
    }
}

impl Recycle for Record {
    type Object = ();

    fn pool() -> &'static Pool<Self> {
        &CALLS
    }

    fn fresh() -> Self {
        Record {
            id: AtomicU64::new(0),
            schedule: AtomicPtr::new(std::ptr::null_mut()),
            parent: AtomicU64::new(0),
            stage: AtomicUsize::new(0),
            begun: AtomicBool::new(false),
            waiting: AtomicUsize::new(NOT_WAITING),
            succeeded: AtomicBool::new(false),
            polled: AtomicBool::new(false),
            moment: AtomicU64::new(0),
            dropped: AtomicBool::new(false),
            opened: AtomicBool::new(false),
            joint: AtomicBool::new(false),
            used: AtomicBool::new(false),
            #[cfg(feature = "tracing")]
            spans: spans::Slot::default(),
            body: Mutex::default(),
        }
    }

    fn recycle(&self) {
        timeline::ends(self.id.load(Ordering::Relaxed), Outcome::Released);
        #[cfg(feature = "tracing")]
        self.spans.close();
        // No call has id 0: references from before no longer fit.
        self.id.store(0, Ordering::Relaxed);
        self.stage.store(0, Ordering::Relaxed);
        self.begun.store(false, Ordering::Relaxed);
        self.waiting.store(NOT_WAITING, Ordering::Relaxed);
        self.succeeded.store(false, Ordering::Relaxed);
        self.polled.store(false, Ordering::Relaxed);
        self.moment.store(0, Ordering::Relaxed);
        self.dropped.store(false, Ordering::Relaxed);
        self.opened.store(false, Ordering::Relaxed);
        self.joint.store(false, Ordering::Relaxed);
        if !self.used.load(Ordering::Relaxed) {
            return;
        }
        self.used.store(false, Ordering::Relaxed);
        let mut body = lock(&self.body);
        body.tracks.clear();
        body.finals.clear();
        body.failed = None;
        let kept = std::mem::take(&mut body.kept);
        drop(body);
        for Kept { value, events } in kept {
            reaper::drop_after(value, events);
        }
    }
}
