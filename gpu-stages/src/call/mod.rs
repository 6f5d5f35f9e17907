//! [`Call`]: one run of a pipeline, with everything it enqueued.

mod doing;
mod record;

#[cfg(all(test, loom))]
mod models;

use crate::error::{Error, Failure, Origin, PipelineResult, Poison, Reason, Site};
use crate::event::{Event, Events, Status, WaitKey};
use crate::pool::{Handles, Pooled};
use crate::reaper;
use crate::schedule::{Schedule, Stage};
use crate::solo::Joint;
use crate::spans;
use crate::sync::{Arc, MutexGuard, Ordering, StaticU64, lock};
use crate::timeline::{self, Outcome};
use crate::track::{Ended, Track};
pub(crate) use doing::{Current, Doing};
use record::{Body, ENDING, Kept, Record};
use std::any::Any;
use std::fmt;
use std::task::{Context, Poll};

/// Allocations made one by one through the manual API.
pub(crate) static MANUAL: Schedule = Schedule::new("manual", &[Stage::new("manual")]);

impl Schedule {
    /// Begins one call of this pipeline.
    pub fn call(&'static self) -> Call {
        let call = self.call_in(doing::current());
        call.is_made();
        spans::begins(&call);
        call
    }

    /// Begins a call that was made in a stage of the call of number `parent`; 0 for none, or one that does not matter.
    /// Nobody is told: it may be under a lock.
    pub(crate) fn call_in(&'static self, parent: u64) -> Call {
        static NEXT: StaticU64 = StaticU64::new(1);
        let record = Pooled::<Record>::take();
        record.parent.store(parent, Ordering::Relaxed);
        record.begin(NEXT.fetch_add(1, Ordering::Relaxed), self);
        Call { record }
    }
}

/// One run of a pipeline: its current stage, its allocations, and the commands it enqueued.
///
/// What a device may still touch belongs to the call and to the commands, not to the future that made them:
/// dropping or forgetting the future leaves them as they are.
#[derive(Clone)]
pub struct Call {
    record: Pooled<Record>,
}

impl Call {
    /// Tells timelines that the call was made.
    #[inline]
    pub(crate) fn is_made(&self) {
        timeline::begins(self.id(), self.record.schedule());
    }

    /// Notes that stage number `stage` begins: messages name it from now on.
    #[inline]
    pub fn enter(&self, stage: usize) {
        self.record.stage.store(stage, Ordering::Relaxed);
        timeline::enters(self, stage);
        spans::enters(self);
    }

    /// Passes a result on. After an `Ok`, guards that are still held count as good when they are dropped.
    pub fn returns<R: PipelineResult>(&self, result: R) -> R {
        if result.is_good() {
            self.record.succeeded.store(true, Ordering::Relaxed);
        }
        result
    }

    #[inline]
    pub(crate) fn origin(&self) -> Origin {
        Origin {
            pipeline: self.record.schedule().name,
            stage: self.stage().map_or("?", |stage| stage.name),
            call: self.id(),
        }
    }

    /// Whether the current stage's commands should have events from the start.
    pub(crate) fn signals(&self) -> bool {
        self.stage().is_none_or(|stage| !stage.quiet)
    }

    /// What commands have in common that are enqueued within one poll of a pipeline's body; 0 where nobody knows.
    pub(crate) fn moment(&self) -> u64 {
        match self.record.polled.load(Ordering::Relaxed) {
            true => self.record.moment.load(Ordering::Relaxed),
            false => 0,
        }
    }

    /// The spans of the call.
    #[cfg(feature = "tracing")]
    pub(crate) fn spans(&self) -> &spans::Slot {
        &self.record.spans
    }

    #[inline]
    fn stage(&self) -> Option<&'static Stage> {
        let schedule = self.record.schedule();
        schedule
            .stages
            .get(self.record.stage.load(Ordering::Relaxed))
    }

    #[inline]
    pub(crate) fn has_succeeded(&self) -> bool {
        self.record.succeeded.load(Ordering::Relaxed)
    }

    /// Why a guard that is being dropped now was not handed on.
    pub(crate) fn reason_for_drop(&self) -> Reason {
        if self.record.dropped.load(Ordering::Relaxed) {
            Reason::Dropped
        } else if std::thread::panicking() {
            Reason::Panicked
        } else if self.record.polled.load(Ordering::Relaxed) {
            Reason::Failed
        } else {
            Reason::Dropped
        }
    }

    /// Notes whether the pipeline's body is running: what is dropped meanwhile is dropped by an exit.
    pub(crate) fn set_polled(&self, polled: bool) {
        if polled {
            self.record.next_moment();
            self.record.begun.store(true, Ordering::Relaxed);
            self.set_not_waiting();
        }
        self.record.polled.store(polled, Ordering::Relaxed);
    }

    /// Notes that the pipeline's future is being dropped, unless it is because its body panicked.
    pub(crate) fn set_dropped(&self) {
        let panicked = self.record.polled.load(Ordering::Relaxed);
        self.record.dropped.store(!panicked, Ordering::Relaxed);
        let outcome = if panicked {
            Outcome::Panicked
        } else {
            Outcome::Dropped
        };
        timeline::ends(self.id(), outcome);
    }

    /// Keeps a value of the call's own until `events` are over.
    pub(crate) fn keep(&self, value: Box<dyn Any + Send>, events: Events) {
        self.body().kept.push(Kept { value, events });
    }

    /// Begins to take several resources together without their ledgers: once in the call's life.
    #[inline]
    pub(crate) fn begin_joint(&self) -> Option<Joint> {
        let has_begun = self.record.joint.swap(true, Ordering::Relaxed);
        if has_begun {
            return None;
        }
        Joint::begin(self.id())
    }

    /// Opens an account of an allocation; returns its index.
    pub(crate) fn open_account(&self, track: Track) -> usize {
        let tracks = &mut self.body().tracks;
        tracks.push(track);
        tracks.len() - 1
    }

    fn body(&self) -> MutexGuard<'_, Body> {
        self.record.used.store(true, Ordering::Relaxed);
        lock(&self.record.body)
    }

    pub(crate) fn with<R>(&self, index: usize, f: impl FnOnce(&mut Track) -> R) -> R {
        f(&mut self.body().tracks[index])
    }

    pub(crate) fn with_tracks<R>(&self, f: impl FnOnce(&mut [Track]) -> R) -> R {
        f(&mut self.body().tracks)
    }

    /// Whether both are handles to one call.
    pub(crate) fn is(&self, other: &Call) -> bool {
        std::ptr::eq(self.record.node(), other.record.node())
    }

    /// Ends the use of an allocation, and keeps its last writes to see how they end.
    pub(crate) fn end(&self, index: usize) -> Ended {
        let mut body = self.body();
        let ended = body.tracks[index].end();
        if ended.wrote {
            for event in &ended.writes {
                body.finals.push((index, event.clone()));
            }
        }
        ended
    }

    /// Has the end of the call wait for a command that writes nothing.
    pub(crate) fn end_behind(&self, index: usize, event: Event) {
        self.body().finals.push((index, event));
    }

    /// Notes that there are uses whose end has to be marked.
    pub(crate) fn set_opened(&self) {
        self.record.opened.store(true, Ordering::Relaxed);
    }

    pub(crate) fn has_opened(&self) -> bool {
        self.record.opened.load(Ordering::Relaxed)
    }

    /// The use of an allocation, for messages.
    pub(crate) fn site(&self, index: usize) -> Box<Site> {
        Box::new(Site {
            resource: self.with(index, |track| track.name()),
            by: self.origin(),
        })
    }

    /// The error for the use of data that `failure` left behind.
    pub(crate) fn failed(&self, index: usize, failure: Arc<Failure>) -> Error {
        match failure.origin {
            Some(by) if by.call != self.id() => Error::Poisoned {
                site: self.site(index),
                poison: Poison {
                    by,
                    reason: Reason::Device(failure),
                },
            },
            _ => Error::Device { failure },
        }
    }

    /// Ready when everything that the call enqueued and handed on is over; then with a failure, if there was
    /// one. `key` is the wait's, once it has one.
    pub(crate) fn poll_complete(
        &self,
        key: &mut Option<WaitKey>,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), Error>> {
        if !self.record.used.load(Ordering::Relaxed) {
            return Poll::Ready(Ok(()));
        }
        loop {
            let last = self.body().finals.pop();
            let Some((index, event)) = last else { break };
            match event.known() {
                Status::Complete => {}
                Status::Failed(failure) => {
                    self.body().failed.get_or_insert((index, failure));
                }
                Status::Pending => {
                    self.record.waiting.store(ENDING, Ordering::Relaxed);
                    let key = *key.get_or_insert_with(WaitKey::unique);
                    let registered = event.register(key, context.waker());
                    self.body().finals.push((index, event));
                    if registered {
                        return Poll::Pending;
                    }
                }
            }
        }
        let (failed, kept) = {
            let mut body = self.body();
            (body.failed.take(), std::mem::take(&mut body.kept))
        };
        for Kept { value, events } in kept {
            // Nearly always over by now; reads of a value are not among what the call is the end of.
            reaper::drop_after(value, events);
        }
        Poll::Ready(match failed {
            Some((index, failure)) => Err(self.failed(index, failure)),
            None => Ok(()),
        })
    }

    #[inline]
    pub(crate) fn id(&self) -> u64 {
        self.record.id.load(Ordering::Relaxed)
    }
}

/// Handles to one call that were counted together.
pub struct Calls(Handles<Record>);

impl Call {
    /// `count` more handles.
    #[inline]
    pub(crate) fn times(&self, count: usize) -> Calls {
        Calls(self.record.times(count))
    }
}

impl Calls {
    /// The next one. There are no more than were counted.
    #[inline]
    pub(crate) fn next(&mut self) -> Call {
        let record = self.0.next();
        let record = record.unwrap_or_else(|| unreachable!("there is a handle for each place"));
        Call { record }
    }
}

impl fmt::Debug for Call {
    /// Names the call. What it holds is not looked at: that would run formatting code under its lock.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("origin", &self.origin())
            .finish_non_exhaustive()
    }
}
