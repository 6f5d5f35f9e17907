//! What the core tells timelines. While there are none, each of these is one look at a flag.

use super::clock::{ClockId, host_now};
use super::device::{DeviceTimes, What};
use super::recorder::{CommandRecord, FrameRecord, Recorder, WaitRecord};
use super::recording::{Awaited, Outcome};
use crate::call::Call;
use crate::error::Origin;
use crate::lease::Lease;
use crate::order::QueueId;
use crate::schedule::Schedule;
use crate::sync::{Arc, Ordering, StaticBool, StaticMutex, lock_static};
use smallvec::SmallVec;
use std::time::Duration;

/// Whether there is any timeline.
static ON: StaticBool = StaticBool::new(false);

/// All timelines.
static RECORDERS: StaticMutex<Vec<Arc<Recorder>>> = StaticMutex::new(Vec::new());

/// Whether there is any timeline.
#[inline]
pub(crate) fn is_wanted() -> bool {
    ON.load(Ordering::Relaxed)
}

pub(super) fn add(recorder: Arc<Recorder>) {
    let mut recorders = lock_static(&RECORDERS);
    recorders.push(recorder);
    ON.store(true, Ordering::Relaxed);
}

pub(super) fn remove(recorder: &Arc<Recorder>) {
    let mut recorders = lock_static(&RECORDERS);
    recorders.retain(|other| !Arc::ptr_eq(other, recorder));
    ON.store(!recorders.is_empty(), Ordering::Relaxed);
}

/// The timelines there are. Clocks are read outside of the lock.
fn recorders() -> SmallVec<[Arc<Recorder>; 2]> {
    lock_static(&RECORDERS).iter().cloned().collect()
}

fn note(call: u64, note: impl Fn(&mut FrameRecord, Duration)) {
    for recorder in recorders() {
        recorder.note(call, &note);
    }
}

/// A call was made.
#[inline]
pub(crate) fn begins(call: u64, schedule: &'static Schedule) {
    if is_wanted() {
        begin(call, schedule);
    }
}

#[cold]
fn begin(call: u64, schedule: &'static Schedule) {
    for recorder in recorders() {
        recorder.begin(call, schedule);
    }
}

/// A call comes to a stage.
#[inline]
pub(crate) fn enters(call: &Call, stage: usize) {
    if is_wanted() {
        enter(call.id(), stage);
    }
}

#[cold]
fn enter(call: u64, stage: usize) {
    note(call, |frame, now| frame.enter(stage, now));
}

/// A call waits for its turn with a resource.
#[inline]
pub(crate) fn waits_for_turn(lease: &Lease) {
    if is_wanted() {
        wait(lease, Awaited::Turn);
    }
}

/// A call has its turn, after a wait perhaps.
#[inline]
pub(crate) fn has_turn(lease: &Lease) {
    if is_wanted() {
        end_wait(lease, Awaited::Turn);
    }
}

/// A call waits on the host for devices to be done with a resource, or does not any more.
#[inline]
pub(crate) fn waits_for_device(lease: &Lease, is_waiting: bool) {
    if is_wanted() {
        if is_waiting {
            wait(lease, Awaited::Device);
        } else {
            end_wait(lease, Awaited::Device);
        }
    }
}

#[cold]
fn wait(lease: &Lease, awaited: Awaited) {
    let (call, allocation) = lease.key();
    let resource = lease.site().resource;
    let moment = lease.call().moment();
    note(call, |frame, began| {
        frame.wait(WaitRecord {
            allocation,
            resource: resource.clone(),
            awaited,
            moment,
            began,
            ended: None,
        });
    });
}

#[cold]
fn end_wait(lease: &Lease, awaited: Awaited) {
    let (call, allocation) = lease.key();
    let moment = lease.call().moment();
    note(call, |frame, now| {
        frame.end_wait(allocation, awaited, moment, now);
    });
}

/// A call's body is over; what it enqueued may not be.
#[inline]
pub(crate) fn returns(call: &Call) {
    if is_wanted() {
        end_body(call.id());
    }
}

#[cold]
fn end_body(call: u64) {
    note(call, FrameRecord::returns);
}

/// A call is over, if it was not before.
#[inline]
pub(crate) fn ends(call: u64, outcome: Outcome) {
    if is_wanted() {
        end(call, outcome);
    }
}

#[cold]
fn end(call: u64, outcome: Outcome) {
    note(call, |frame, now| frame.end(outcome, now));
}

/// A command is about to be enqueued: `None` if nobody wants to know. It belongs to a call if it has an origin.
#[inline]
pub(crate) fn enqueuing(
    origin: Option<Origin>,
    queue: QueueId,
    what: impl FnOnce() -> What,
) -> Option<Enqueuing> {
    if is_wanted() {
        Enqueuing::new(origin, queue, what)
    } else {
        None
    }
}

/// A command that is being enqueued.
#[derive(Debug)]
pub(crate) struct Enqueuing {
    origin: Origin,
    queue: QueueId,
    what: What,
    since: Duration,
}

impl Enqueuing {
    #[cold]
    fn new(origin: Option<Origin>, queue: QueueId, what: impl FnOnce() -> What) -> Option<Self> {
        Some(Enqueuing {
            origin: origin?,
            queue,
            what: what(),
            since: host_now(),
        })
    }

    /// It is enqueued; `device` knows how it goes on.
    #[cold]
    pub fn enqueued(self, device: Arc<dyn DeviceTimes>) {
        let between = (self.since, host_now());
        for recorder in recorders() {
            let since = recorder.since_zero(self.since);
            let is_on_host = recorder.clock() == ClockId::Host;
            recorder.note(self.origin.call, |frame, now| {
                let command = CommandRecord {
                    what: self.what.clone(),
                    queue: self.queue,
                    // Its device may have begun before the host is back.
                    enqueued: if is_on_host { since } else { now },
                    between,
                    device: device.clone(),
                };
                frame.enqueue(self.origin.stage, command);
            });
        }
    }
}
