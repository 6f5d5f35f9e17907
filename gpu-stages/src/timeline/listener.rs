//! The observer that passes observations on to all timelines.

use super::recorder::{CommandRecord, FrameRecord, Recorder, WaitRecord};
use crate::observe::device_times::ClockId;
use crate::observe::{self, EnqueuedCommand, Interest, Observation, Observer};
use crate::util::primitives::{Arc, StaticMutex, lock_static};
use smallvec::SmallVec;
use std::time::Duration;

/// All timelines.
static RECORDERS: StaticMutex<Vec<Arc<Recorder>>> = StaticMutex::new(Vec::new());

/// What timelines record.
const INTEREST: Interest = Interest::CALLS.and(Interest::WAITS).and(Interest::COMMANDS);

pub(super) fn add(recorder: Arc<Recorder>) {
    let mut recorders = lock_static(&RECORDERS);
    recorders.push(recorder);
    observe::set_interest(&Timelines, INTEREST);
}

pub(super) fn remove(recorder: &Arc<Recorder>) {
    let mut recorders = lock_static(&RECORDERS);
    recorders.retain(|other| !Arc::ptr_eq(other, recorder));
    if recorders.is_empty() {
        observe::set_interest(&Timelines, Interest::NONE);
    }
}

/// The timelines. Their clocks are read when the lock is released.
fn recorders() -> SmallVec<[Arc<Recorder>; 2]> {
    lock_static(&RECORDERS).iter().cloned().collect()
}

fn note(call: u64, note: impl Fn(&mut FrameRecord, Duration)) {
    for recorder in recorders() {
        recorder.note(call, &note);
    }
}

struct Timelines;

impl Observer for Timelines {
    fn name(&self) -> &'static str {
        "timelines"
    }

    fn observe(&self, observation: &Observation<'_>) {
        match *observation {
            Observation::CallBegan { call, schedule, .. } => {
                for recorder in recorders() {
                    recorder.begin(call, schedule);
                }
            }
            Observation::StageEntered { origin, stage } => {
                note(origin.call, |frame, now| frame.enter(stage, now));
            }
            Observation::BodyEnded { call } => note(call, FrameRecord::returns),
            Observation::CallEnded { call, outcome } => {
                note(call, |frame, now| frame.end(outcome, now));
            }
            Observation::WaitBegan {
                id,
                ref resource,
                awaited,
                moment,
            } => note(id.call, |frame, began| {
                frame.wait(WaitRecord {
                    use_number: id.number,
                    resource: resource.clone(),
                    awaited,
                    moment,
                    began,
                    ended: None,
                });
            }),
            Observation::WaitEnded {
                id,
                awaited,
                moment,
            } => note(id.call, |frame, now| {
                frame.end_wait(id.number, awaited, moment, now);
            }),
            Observation::CommandEnqueued(command) => enqueued(command),
            _ => {}
        }
    }
}

fn enqueued(command: &EnqueuedCommand) {
    for recorder in recorders() {
        let since = recorder.since_zero(command.between.0);
        let is_on_host = recorder.clock() == ClockId::Host;
        recorder.note(command.origin.call, |frame, now| {
            let record = CommandRecord {
                what: command.what.clone(),
                queue: command.queue,
                // The device may have begun before the host is back.
                enqueued: if is_on_host { since } else { now },
                between: command.between,
                device: command.device.clone(),
            };
            frame.enqueue(command.origin.stage, record);
        });
    }
}
