//! The record that all handles of a call share.

use super::name::ResourceName;
use crate::error::Failure;
use crate::observe::{self, Interest, Observation, Outcome};
use crate::schedule::Schedule;
use crate::sync::deferred_drop;
use crate::sync::event::{Event, Events};
use crate::util::pool::{Pool, Recycle, static_pool};
use crate::util::primitives::{
    Arc, AtomicBool, AtomicU64, AtomicUsize, Mutex, MutexGuard, Ordering, lock,
};
use smallvec::SmallVec;
use std::any::Any;

/// The state of one call; used again when the call is over.
pub struct Record {
    /// The number of the call; 0 while there is none.
    pub(super) id: AtomicU64,
    /// The call in whose stage this one was made; 0 for none.
    pub(super) parent: AtomicU64,
    pub(super) stage: AtomicUsize,
    /// Uses so far, to number them.
    pub(super) uses: AtomicU64,
    /// Whether the future was ever polled.
    pub(super) was_polled: AtomicBool,
    /// Whether the body is being polled, or panicked while it was.
    pub(super) is_polled: AtomicBool,
    /// The number of the last poll of the body; 0 for none.
    pub(super) moment: AtomicU64,
    pub(super) has_succeeded: AtomicBool,
    pub(super) is_dropped: AtomicBool,
    /// Whether the future waits for the end of its commands.
    pub(super) is_ending: AtomicBool,
    body: Mutex<Body>,
}

#[derive(Default)]
pub(super) struct Body {
    pub schedule: Option<&'static Schedule>,
    /// The resource that the host waits for devices to finish with, and the event that it waits for.
    pub awaited: Option<(ResourceName, Event)>,
    /// The last commands of uses that were released. The end of the call waits for them.
    pub finals: SmallVec<[(ResourceName, Event); 4]>,
    /// The first failure among them.
    pub failed: Option<(ResourceName, Arc<Failure>)>,
    /// The commands of whose failure only the end of the call tells: they write nothing that later uses could read.
    pub unclaimed: SmallVec<[Event; 2]>,
    /// Owned values that devices may still use.
    pub kept: Vec<Kept>,
}

impl Body {
    fn is_empty(&self) -> bool {
        let has_none = self.finals.is_empty() && self.kept.is_empty();
        has_none && self.unclaimed.is_empty() && self.awaited.is_none() && self.failed.is_none()
    }
}

/// An owned value, and the commands that may still use it.
pub(super) type Kept = (Box<dyn Any + Send>, Events);

static_pool!(CALLS: Record);

impl Record {
    /// The record belongs to call number `id` of a pipeline from now on.
    pub(super) fn begin(&self, id: u64, parent: u64, schedule: &'static Schedule) {
        self.parent.store(parent, Ordering::Relaxed);
        self.body().schedule = Some(schedule);
        // Release: a thread that finds the number finds the schedule.
        self.id.store(id, Ordering::Release);
    }

    pub(super) fn body(&self) -> MutexGuard<'_, Body> {
        lock(&self.body)
    }

    /// The body of the pipeline is polled once more.
    pub(super) fn next_moment(&self) {
        // Calls with different numbers never have the same moment: none is polled this often.
        let first = || self.id.load(Ordering::Relaxed) << 24;
        let moment = match self.moment.load(Ordering::Relaxed) {
            0 => first(),
            last => last + 1,
        };
        self.moment.store(moment, Ordering::Relaxed);
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
            parent: AtomicU64::new(0),
            stage: AtomicUsize::new(0),
            uses: AtomicU64::new(0),
            was_polled: AtomicBool::new(false),
            is_polled: AtomicBool::new(false),
            moment: AtomicU64::new(0),
            has_succeeded: AtomicBool::new(false),
            is_dropped: AtomicBool::new(false),
            is_ending: AtomicBool::new(false),
            body: Mutex::default(),
        }
    }

    fn recycle(&self) {
        let call = self.id.load(Ordering::Relaxed);
        observe::emit(Interest::CALLS, || Observation::CallEnded {
            call,
            outcome: Outcome::Released,
        });
        self.id.store(0, Ordering::Relaxed);
        self.stage.store(0, Ordering::Relaxed);
        self.uses.store(0, Ordering::Relaxed);
        self.was_polled.store(false, Ordering::Relaxed);
        self.is_polled.store(false, Ordering::Relaxed);
        self.moment.store(0, Ordering::Relaxed);
        self.has_succeeded.store(false, Ordering::Relaxed);
        self.is_dropped.store(false, Ordering::Relaxed);
        self.is_ending.store(false, Ordering::Relaxed);
        let mut body = self.body();
        body.schedule = None;
        if body.is_empty() {
            return;
        }
        let old = std::mem::take(&mut *body);
        drop(body);
        // No end of the call has asked for them.
        old.unclaimed.iter().for_each(Event::disown);
        deferred_drop::drop_each_after(old.kept);
    }
}
