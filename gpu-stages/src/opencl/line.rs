//! The part of a queue that its events need.

use super::cl::{self, ClEvent, Code, CommandQueue, ContextId, call, check, wait_list};
use super::event::{Completion, Enqueued};
use super::failure::{self, Cause, Causes, Failing, Failures, Fence};
use super::timed::DeviceClock;
use crate::backend::Identity;
use crate::error::{Failure, Origin};
use crate::sync::clock::Position;
use crate::sync::elision;
use crate::sync::event::Event;
use crate::util::primitives::{Arc, AtomicBool, AtomicU64, Ordering};
use cl_sys as sys;
use smallvec::SmallVec;
use std::ptr;

pub(super) type Waits = SmallVec<[sys::cl_event; 8]>;

/// What the driver cannot make an event for cannot be waited for.
pub(super) const REFUSED: Code = Code(sys::CL_INVALID_EVENT_WAIT_LIST);

/// A queue, and what is known of what is enqueued on it.
#[derive(Debug)]
pub(super) struct Line {
    queue: CommandQueue,
    /// Events of one context only can wait for each other.
    pub context: ContextId,
    pub identity: Identity,
    /// Commands so far.
    enqueued: AtomicU64,
    unflushed: AtomicBool,
    pub failures: Failures,
    /// The clock by which commands are timed, if they are.
    pub clock: Option<DeviceClock>,
}

impl Line {
    pub fn new(
        queue: CommandQueue,
        context: ContextId,
        identity: Identity,
        clock: Option<DeviceClock>,
    ) -> Self {
        Line {
            queue,
            context,
            identity,
            enqueued: AtomicU64::new(0),
            unflushed: AtomicBool::new(false),
            failures: Failures::default(),
            clock,
        }
    }

    pub fn can_wait(&self, event: &Event) -> bool {
        let record = event.record::<Completion>();
        record.is_some_and(|record| record.is_of(self.context))
    }

    /// Begins what is enqueued, once.
    pub fn flush(&self) {
        if self.unflushed.swap(false, Ordering::AcqRel) {
            // What fails here shows in the events.
            let _ = self.queue.flush();
        }
    }

    /// A marker behind everything so far, and behind `waits`.
    pub fn marker(&self, waits: &[sys::cl_event]) -> cl::Result<ClEvent> {
        let marker = self.queue.marker(waits);
        self.unflushed.store(true, Ordering::Release);
        marker
    }

    /// Enqueues a command, and says where it stands.
    pub fn enqueue<T, E>(
        &self,
        enqueue: impl FnOnce(&CommandQueue) -> Result<T, E>,
    ) -> Result<(T, Position), E> {
        // Before and after: other threads may enqueue meanwhile.
        let earliest = self.enqueued.load(Ordering::Acquire);
        let enqueued = enqueue(&self.queue)?;
        let latest = self.enqueued.fetch_add(1, Ordering::AcqRel) + 1;
        self.unflushed.store(true, Ordering::Release);
        Ok((enqueued, Position { earliest, latest }))
    }

    /// A marker of a command of its own.
    pub fn positioned_marker(&self) -> cl::Result<(ClEvent, Position)> {
        self.enqueue(|queue| queue.marker(&[]))
    }

    /// Puts everything that follows behind `events`.
    pub fn barrier(&self, events: &[Event]) -> cl::Result<()> {
        let waits = self.natives(events).ok_or(REFUSED)?;
        let (count, list) = wait_list(&waits);
        let ((), position) = self.enqueue(|queue| {
            check(call!(clEnqueueBarrierWithWaitList(
                queue.0,
                count,
                list,
                ptr::null_mut(),
            )))
        })?;
        waits::learn(&self.identity.knowledge, events, position);
        Ok(())
    }

    /// In place of a command that uses the data of a failed one: everything behind it is behind `waits`.
    pub fn fail_behind(
        &self,
        waits: &[sys::cl_event],
        origin: Option<Origin>,
        failure: Arc<Failure>,
    ) -> cl::Result<Enqueued> {
        let (marker, position) = self.enqueue(|queue| queue.marker(waits))?;
        self.flush();
        let mut fence = Fence::new();
        fence.push(marker);
        Ok(Enqueued {
            position,
            native: None,
            origin,
            moment: 0,
            causes: Causes::new(),
            failing: Some(Failing { failure, fence }),
        })
    }

    /// What to wait for natively, for whoever is to be behind `order`. The events are alive as long as `order` is.
    pub fn natives(&self, order: &[Event]) -> Option<Waits> {
        let mut waits = Waits::new();
        for event in order {
            let line = event.record::<Completion>()?.add_to(&mut waits)?;
            self.failures.note_behind(&line);
        }
        Some(waits)
    }

    /// Notes that the command at `position` went well.
    pub fn saw_complete(&self, position: Position) {
        self.identity.knowledge.saw_complete(position);
        self.failures.note_complete(position);
    }

    /// Notes that something failed, at `position` or before.
    pub fn saw_failed(&self, position: Position, failure: &Arc<Failure>) {
        let completed = self.identity.knowledge.completed();
        self.failures.note(position, completed, failure);
    }

    pub fn finish(&self) {
        self.unflushed.store(false, Ordering::Release);
        // What fails shows in the events.
        let _ = self.queue.finish();
    }
}

/// The failure of something in `data` that has failed by now. Asks the driver about what others enqueued, in
/// `order` as well: nothing is to be enqueued behind a failed event.
pub(super) fn first_failure(order: &[Event], data: &[Event], moment: u64) -> Option<Arc<Failure>> {
    for event in order {
        look_before_use(event, moment);
    }
    for event in data.iter().filter(|event| !is_in(order, event)) {
        look_before_use(event, moment);
    }
    if !failure::any() {
        return None;
    }
    let mut data = data.iter().filter_map(|event| event.record::<Completion>());
    data.find_map(Completion::badness)
}

fn look_before_use(event: &Event, moment: u64) {
    if let Some(record) = event.record::<Completion>() {
        record.look_before_use(moment);
    }
}

fn is_in(list: &[Event], event: &Event) -> bool {
    list.iter().any(|other| other.is(event))
}

/// What a command is behind whose wait list is made of `order` and that uses `data`, but for what has failed by
/// now: its fence stands in the wait list.
pub(super) fn causes(order: &[Event], data: &[Event]) -> Causes {
    let mut causes = Causes::new();
    for event in order {
        add_cause(&mut causes, event, true, is_in(data, event));
    }
    for event in data.iter().filter(|event| !is_in(order, event)) {
        add_cause(&mut causes, event, false, true);
    }
    causes
}

fn add_cause(causes: &mut Causes, event: &Event, waited: bool, data: bool) {
    let record = event.record::<Completion>();
    let Some(record) = record.filter(|record| record.badness().is_none()) else {
        return;
    };
    if let Some(command) = record.downgrade() {
        causes.push(Cause {
            command,
            waited,
            data,
        });
    }
}
