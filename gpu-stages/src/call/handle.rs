//! [`Call`]: one run of a pipeline, with everything it enqueued.

use super::name::ResourceName;
use super::record::Record;
use crate::error::{Error, Failure, Origin, PipelineResult, Poison, Reason, Site};
use crate::observe::{self, Interest, Observation};
use crate::schedule::{Schedule, Stage};
use crate::sync::current::current;
use crate::sync::deferred_drop;
use crate::sync::event::{Event, Events, Status, WaitKey};
use crate::util::pool::{Pooled, Recycle};
use crate::util::primitives::{Arc, Ordering, StaticU64};
use std::any::Any;
use std::fmt;
use std::task::{Context, Poll};

/// The schedule of allocations that are made one by one through the manual API.
pub(crate) static MANUAL: Schedule = Schedule::new("manual", &[Stage::new("manual")]);

/// One run of a pipeline: its current stage, its uses of resources, and the commands it enqueued.
///
/// Memory that a device may still touch belongs to the call and to the commands, not to the future that made them:
/// dropping or forgetting the future does not free it.
#[derive(Clone)]
pub struct Call {
    pub(super) record: Pooled<Record>,
    schedule: &'static Schedule,
}

impl Call {
    /// Begins a call of the pipeline with this schedule, made in a stage of the call number `parent`; 0 for none.
    pub(crate) fn begin(schedule: &'static Schedule, parent: u64) -> Self {
        static NEXT: StaticU64 = StaticU64::new(1);
        let record = Pooled::<Record>::take();
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        record.begin(id, parent, schedule);
        let call = Call { record, schedule };
        observe::emit(Interest::CALLS, || Observation::CallBegan {
            call: id,
            schedule,
            is_manual: call.is_manual(),
        });
        call
    }

    /// Begins a call for allocations that are made by hand.
    pub(crate) fn by_hand() -> Self {
        Call::begin(&MANUAL, current())
    }

    /// All calls that are not over.
    pub(crate) fn all() -> Vec<Call> {
        let records = Record::pool().alive().into_iter();
        let calls = records.filter_map(|record| {
            let has_begun = record.id.load(Ordering::Acquire) != 0;
            let schedule = record.body().schedule.filter(|_| has_begun)?;
            Some(Call { record, schedule })
        });
        calls.collect()
    }

    /// The call whose code this thread runs, if it does. For errors only: it looks through all calls.
    #[cold]
    pub(crate) fn running() -> Option<Call> {
        let number = current();
        Call::all().into_iter().find(|call| call.id() == number)
    }

    /// Begins stage number `stage`: messages name it from now on.
    #[inline]
    pub fn enter(&self, stage: usize) {
        self.record.stage.store(stage, Ordering::Relaxed);
        observe::emit(Interest::CALLS, || Observation::StageEntered {
            origin: self.origin(),
            stage,
        });
    }

    /// Returns `result`. After an `Ok`, guards that are still held release their resources as good when they are dropped.
    pub fn returns<R: PipelineResult>(&self, result: R) -> R {
        if result.is_good() {
            self.record.has_succeeded.store(true, Ordering::Relaxed);
        }
        result
    }

    /// The number of the call.
    #[inline]
    pub(crate) fn id(&self) -> u64 {
        self.record.id.load(Ordering::Relaxed)
    }

    #[inline]
    pub(crate) fn origin(&self) -> Origin {
        Origin {
            pipeline: self.schedule.name,
            stage: self.stage().map_or("?", |stage| stage.name),
            call: self.id(),
        }
    }

    #[inline]
    fn stage(&self) -> Option<&'static Stage> {
        let index = self.record.stage.load(Ordering::Relaxed);
        self.schedule.stages.get(index)
    }

    /// Whether commands of the current stage should have native events from the start.
    pub(crate) fn signals(&self) -> bool {
        self.stage().is_none_or(|stage| !stage.quiet)
    }

    /// A number that is the same for commands that are enqueued within one poll of the body; 0 outside of polls.
    pub(crate) fn moment(&self) -> u64 {
        match self.record.is_polled.load(Ordering::Relaxed) {
            true => self.record.moment.load(Ordering::Relaxed),
            false => 0,
        }
    }

    /// The number of the call's next use.
    pub(super) fn next_use(&self) -> u64 {
        self.record.uses.fetch_add(1, Ordering::Relaxed)
    }

    #[inline]
    pub(crate) fn has_succeeded(&self) -> bool {
        self.record.has_succeeded.load(Ordering::Relaxed)
    }

    /// Whether the call stands for allocations made by hand, which have no future.
    pub(crate) fn is_manual(&self) -> bool {
        std::ptr::eq(self.schedule, &raw const MANUAL)
    }

    /// Whether both are handles to one call.
    #[cfg(all(test, loom))]
    pub(crate) fn is(&self, other: &Call) -> bool {
        std::ptr::eq(self.record.node(), other.record.node())
    }

    /// Why a guard that is being dropped now was not made ready.
    pub(crate) fn reason_for_drop(&self) -> Reason {
        if self.record.is_dropped.load(Ordering::Relaxed) {
            Reason::Dropped
        } else if std::thread::panicking() {
            Reason::Panicked
        } else if self.record.is_polled.load(Ordering::Relaxed) {
            Reason::Failed
        } else {
            Reason::Dropped
        }
    }

    /// A use of the resource `name` by the current stage, for messages.
    pub(crate) fn site(&self, name: &ResourceName) -> Box<Site> {
        Box::new(Site {
            resource: name.text(),
            by: self.origin(),
        })
    }

    /// The error for a use of data that `failure` left behind.
    pub(crate) fn failed(&self, name: &ResourceName, failure: Arc<Failure>) -> Error {
        failure.claim();
        match failure.origin {
            Some(by) if by.call != self.id() => Error::Poisoned {
                site: self.site(name),
                poison: Poison {
                    by,
                    reason: Reason::Device(failure),
                },
            },
            _ => Error::Device { failure },
        }
    }

    /// Keeps an owned value until `events` are over.
    pub(crate) fn keep(&self, value: Box<dyn Any + Send>, events: Events) {
        self.record.body().kept.push((value, events));
    }

    /// The end of the call waits for `event`, a command on the resource `name`.
    pub(crate) fn end_after(&self, name: ResourceName, event: Event) {
        self.record.body().finals.push((name, event));
    }

    /// Only the end of the call tells of a failure of `event`. If the call does not wait for its end, it is logged.
    pub(crate) fn end_tells_of(&self, event: Event) {
        self.record.body().unclaimed.push(event);
    }

    /// Ready when everything that the call enqueued and released is over. The error is the first failure. `key` is the
    /// wait's, once it has one.
    pub(crate) fn poll_complete(
        &self,
        key: &mut Option<WaitKey>,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), Error>> {
        loop {
            let last = self.record.body().finals.pop();
            let Some((name, event)) = last else { break };
            match event.known() {
                Status::Complete => {}
                Status::Failed(failure) => {
                    self.record.body().failed.get_or_insert((name, failure));
                }
                Status::Pending => {
                    self.record.is_ending.store(true, Ordering::Relaxed);
                    let key = *key.get_or_insert_with(WaitKey::unique);
                    let is_registered = event.register(key, context.waker());
                    self.end_after(name, event);
                    if is_registered {
                        observe::emit(Interest::STALLS, || Observation::MayStall);
                        return Poll::Pending;
                    }
                }
            }
        }
        let mut body = self.record.body();
        let failed = body.failed.take();
        let kept = (!body.kept.is_empty()).then(|| std::mem::take(&mut body.kept));
        let claimed = (!body.unclaimed.is_empty()).then(|| std::mem::take(&mut body.unclaimed));
        drop(body);
        drop(claimed);
        // Nearly always over by now. The end of the call does not wait for reads of an owned value.
        if let Some(kept) = kept {
            deferred_drop::drop_each_after(kept);
        }
        Poll::Ready(match failed {
            Some((name, failure)) => Err(self.failed(&name, failure)),
            None => Ok(()),
        })
    }
}

impl fmt::Debug for Call {
    /// Names the call. It does not show what the call holds: that would format user values under a lock.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("origin", &self.origin())
            .finish_non_exhaustive()
    }
}
