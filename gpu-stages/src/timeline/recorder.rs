//! What one timeline keeps: the latest frames, and of each no more than so many events.

use super::clock::Clock;
use crate::observe::device_times::{ClockId, DeviceTimes};
use crate::observe::{Awaited, Outcome};
use crate::schedule::Schedule;
use crate::sync::clock::QueueId;
use crate::sync::event::What;
use crate::util::primitives::{Arc, StaticMutex, lock_static};
use std::collections::VecDeque;
use std::time::Duration;

/// Stages, waits and commands that are kept of one frame.
pub(super) const EVENTS: usize = 4_096;

/// Where a timeline's events go.
#[derive(Debug)]
pub(super) struct Recorder {
    clock: Box<dyn Clock>,
    /// The timeline's zero, on its clock.
    zero: Duration,
    store: StaticMutex<Store>,
}

#[derive(Debug)]
struct Store {
    limit: usize,
    /// In the order of their calls.
    frames: VecDeque<FrameRecord>,
    begun: u64,
}

/// What is known of a call.
#[derive(Clone, Debug)]
pub(super) struct FrameRecord {
    pub number: u64,
    pub call: u64,
    pub schedule: &'static Schedule,
    pub called: Duration,
    /// The end of the body.
    pub returned: Option<Duration>,
    pub ended: Option<Duration>,
    pub outcome: Outcome,
    pub stages: Vec<StageRecord>,
    pub events: usize,
    pub left_out: u64,
}

#[derive(Clone, Debug)]
pub(super) struct StageRecord {
    pub index: usize,
    pub entered: Duration,
    pub left: Option<Duration>,
    pub waits: Vec<WaitRecord>,
    pub commands: Vec<CommandRecord>,
}

#[derive(Clone, Debug)]
pub(super) struct WaitRecord {
    pub use_number: u64,
    pub resource: Arc<str>,
    pub awaited: Awaited,
    /// The poll in which it began; 0 if not known.
    pub moment: u64,
    pub began: Duration,
    pub ended: Option<Duration>,
}

#[derive(Clone, Debug)]
pub(super) struct CommandRecord {
    pub what: What,
    pub queue: QueueId,
    pub enqueued: Duration,
    /// Before and after it was enqueued, on the host's clock.
    pub between: (Duration, Duration),
    pub device: Arc<dyn DeviceTimes>,
}

/// The frames of a timeline at one moment.
pub(super) struct Records {
    pub frames: Vec<FrameRecord>,
    pub begun: u64,
    pub taken: Duration,
}

impl Recorder {
    pub fn new(clock: Box<dyn Clock>, zero: Duration, frames: usize) -> Self {
        Recorder {
            clock,
            zero,
            store: StaticMutex::new(Store {
                limit: frames.max(1),
                frames: VecDeque::new(),
                begun: 0,
            }),
        }
    }

    pub fn clock(&self) -> ClockId {
        self.clock.id()
    }

    /// The time since the timeline's zero.
    pub fn now(&self) -> Duration {
        self.since_zero(self.clock.now())
    }

    /// A time on the timeline's clock, from the timeline's zero on.
    pub fn since_zero(&self, time: Duration) -> Duration {
        time.saturating_sub(self.zero)
    }

    pub fn records(&self) -> Records {
        let taken = self.now();
        let store = lock_static(&self.store);
        Records {
            frames: store.frames.iter().cloned().collect(),
            begun: store.begun,
            taken,
        }
    }

    /// A call begins. The oldest frame makes room for it.
    pub fn begin(&self, call: u64, schedule: &'static Schedule) {
        let called = self.now();
        let mut store = lock_static(&self.store);
        store.begun += 1;
        let frame = FrameRecord {
            number: store.begun,
            call,
            schedule,
            called,
            returned: None,
            ended: None,
            outcome: Outcome::InFlight,
            stages: Vec::new(),
            events: 0,
            left_out: 0,
        };
        // Numbers of calls are given out before this: threads may come in another order.
        let place = store.frames.partition_point(|other| other.call < call);
        store.frames.insert(place, frame);
        let is_full = store.frames.len() > store.limit;
        let oldest = is_full.then(|| store.frames.pop_front());
        drop(store);
        // Drivers are called when the events of its commands are released.
        drop(oldest);
    }

    /// Notes something of a call that is kept and in flight.
    pub fn note(&self, call: u64, note: impl FnOnce(&mut FrameRecord, Duration)) {
        let now = self.now();
        let mut store = lock_static(&self.store);
        let place = store.frames.binary_search_by_key(&call, |frame| frame.call);
        if let Ok(place) = place {
            note(&mut store.frames[place], now);
        }
    }
}

impl FrameRecord {
    /// Whether one more event is kept.
    fn has_room(&mut self) -> bool {
        let has_room = self.events < EVENTS;
        if has_room {
            self.events += 1;
        } else {
            self.left_out += 1;
        }
        has_room
    }

    pub fn enter(&mut self, index: usize, now: Duration) {
        self.leave(now);
        if self.has_room() {
            self.stages.push(StageRecord {
                index,
                entered: now,
                left: None,
                waits: Vec::new(),
                commands: Vec::new(),
            });
        }
    }

    /// The current stage; the only one of an allocation made by hand is never entered.
    fn stage(&mut self) -> Option<&mut StageRecord> {
        if self.stages.is_empty() {
            self.enter(0, self.called);
        }
        self.stages.last_mut().filter(|stage| stage.left.is_none())
    }

    /// Ends the current stage. A wait that is not over has been given up.
    fn leave(&mut self, now: Duration) {
        if let Some(stage) = self.stages.last_mut() {
            stage.left.get_or_insert(now);
        }
    }

    pub fn wait(&mut self, wait: WaitRecord) {
        let same = |it: &WaitRecord| {
            it.ended.is_none() && it.use_number == wait.use_number && it.awaited == wait.awaited
        };
        let is_known = |stage: &mut StageRecord| stage.waits.iter().any(same);
        if !self.stage().is_some_and(is_known) && self.has_room() {
            self.stage()
                .into_iter()
                .for_each(|stage| stage.waits.push(wait.clone()));
        }
    }

    /// Ends a wait. One that began in the same poll suspended no task.
    pub fn end_wait(&mut self, use_number: u64, awaited: Awaited, moment: u64, now: Duration) {
        let Some(stage) = self.stage() else { return };
        let is_it = |wait: &WaitRecord| {
            wait.ended.is_none() && wait.use_number == use_number && wait.awaited == awaited
        };
        let Some(index) = stage.waits.iter().rposition(is_it) else {
            return;
        };
        if moment != 0 && stage.waits[index].moment == moment {
            stage.waits.remove(index);
            self.events -= 1;
        } else {
            stage.waits[index].ended = Some(now);
        }
    }

    /// A command of the stage of this name, which may be over: a marker ends what began in it.
    pub fn enqueue(&mut self, stage: &str, command: CommandRecord) {
        if self.has_room() {
            self.stage();
            let all = self.schedule.stages;
            let is_it = |run: &StageRecord| all.get(run.index).is_some_and(|it| it.name == stage);
            if let Some(index) = self.stages.iter().rposition(is_it) {
                self.stages[index].commands.push(command);
            }
        }
    }

    /// The body is over.
    pub fn returns(&mut self, now: Duration) {
        self.leave(now);
        self.returned.get_or_insert(now);
    }

    pub fn end(&mut self, outcome: Outcome, now: Duration) {
        if self.outcome == Outcome::InFlight {
            self.returns(now);
            self.ended = Some(now);
            self.outcome = outcome;
        }
    }
}
