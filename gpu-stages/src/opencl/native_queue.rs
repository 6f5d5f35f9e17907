//! [`NativeQueue`]: a queue of the driver, and what is known of the commands on it.

use super::after_failure::AfterFailure;
use super::cl::{self, ClEvent, CommandQueue, ContextId, WaitList, call, check, wait_list};
use super::failures::{self, Failures};
use super::leftovers::{Leftovers, Place};
use super::timed::DeviceClock;
use crate::backend::Identity;
use crate::error::Failure;
use crate::sync::clock::Position;
use crate::util::primitives::{Arc, AtomicBool, AtomicU64, Mutex, OnceLock, Ordering, lock};
use cl_sys as sys;
use smallvec::SmallVec;
use std::ptr;
use std::sync::Weak;

/// A native queue and its record, which the queue's handle and its events share.
#[derive(Debug)]
pub(super) struct NativeQueue {
    native: CommandQueue,
    /// Only events of one context can wait for each other.
    pub context: ContextId,
    pub identity: Identity,
    /// The number of commands so far.
    enqueued: AtomicU64,
    has_unflushed: AtomicBool,
    pub failures: Failures,
    /// The queues with commands that a command of this queue was ordered after.
    ordered_after: Mutex<SmallVec<[Weak<NativeQueue>; 4]>>,
    /// A command waits for an event that had failed before: the driver may never run it, nor the commands after it.
    is_stuck: AtomicBool,
    /// The clock by which commands are timed, if they are.
    pub clock: Option<DeviceClock>,
    /// What the driver does with commands after a failed one.
    after_failure: OnceLock<AfterFailure>,
    /// Everything up to this number is over, well or not.
    over: AtomicU64,
    pub leftovers: Leftovers,
}

impl NativeQueue {
    pub fn new(
        native: CommandQueue,
        context: ContextId,
        identity: Identity,
        clock: Option<DeviceClock>,
    ) -> Self {
        NativeQueue {
            native,
            context,
            identity,
            enqueued: AtomicU64::new(0),
            has_unflushed: AtomicBool::new(false),
            failures: Failures::default(),
            ordered_after: Mutex::default(),
            is_stuck: AtomicBool::new(false),
            clock,
            after_failure: OnceLock::new(),
            over: AtomicU64::new(0),
            leftovers: Leftovers::default(),
        }
    }

    /// What the driver does with commands after a failed one.
    pub fn after_failure(&self) -> AfterFailure {
        *self
            .after_failure
            .get_or_init(|| AfterFailure::on(&self.native))
    }

    /// Whether the driver is known to run commands after a failed one. Asks nothing.
    pub fn is_known_to_run_others(&self) -> bool {
        self.after_failure.get() == Some(&AfterFailure::OthersRun)
    }

    /// Enqueues a command; its result and its position.
    pub fn enqueue<T, E>(
        &self,
        enqueue: impl FnOnce(&CommandQueue) -> Result<T, E>,
    ) -> Result<(T, Position), E> {
        // The count is read before and after: other threads may enqueue meanwhile.
        let earliest = self.enqueued.load(Ordering::Acquire);
        let enqueued = enqueue(&self.native)?;
        let latest = self.enqueued.fetch_add(1, Ordering::AcqRel) + 1;
        self.has_unflushed.store(true, Ordering::Release);
        Ok((enqueued, Position { earliest, latest }))
    }

    /// Enqueues a marker after everything so far and after `waits`. It has a position of its own, as a command has.
    pub fn positioned_marker(&self, waits: &[sys::cl_event]) -> cl::Result<(ClEvent, Position)> {
        self.enqueue(|native| native.marker(waits))
    }

    /// What a command of this queue is to wait for, to run after all of `waits`. Where a command that fails ends although
    /// others that it waits for still run, markers wait for each alone, and only the last is left to the command.
    pub fn one_by_one(&self, mut waits: WaitList) -> cl::Result<WaitList> {
        if waits.len() > 1 && self.after_failure() == AfterFailure::OthersRun {
            let last = waits.pop();
            for wait in waits {
                self.marker(&[wait])?;
            }
            return Ok(last.into_iter().collect());
        }
        Ok(waits)
    }

    /// Enqueues a marker that counts as no command.
    pub fn marker(&self, waits: &[sys::cl_event]) -> cl::Result<ClEvent> {
        let marker = self.native.marker(waits);
        self.has_unflushed.store(true, Ordering::Release);
        marker
    }

    /// Orders everything that follows after `waits`.
    pub fn barrier(&self, waits: &[sys::cl_event]) -> cl::Result<Position> {
        let (count, list) = wait_list(waits);
        let ((), position) = self.enqueue(|native| {
            check(call!(clEnqueueBarrierWithWaitList(
                native.0,
                count,
                list,
                ptr::null_mut(),
            )))
        })?;
        Ok(position)
    }

    /// Makes the driver begin what is enqueued; no call if it has been made to.
    pub fn flush(&self) {
        if self.has_unflushed.swap(false, Ordering::AcqRel) {
            // The events show what fails here.
            let _ = self.native.flush();
        }
    }

    /// Blocks this thread until everything enqueued so far is over.
    pub fn finish(&self) {
        self.has_unflushed.store(false, Ordering::Release);
        let number = self.enqueued.load(Ordering::Acquire);
        // The events show what fails here.
        let is_over = self.native.finish().is_ok()
            && match self.after_failure() {
                AfterFailure::AllFail => true,
                // Some return while events are not complete (rusticl 22.3).
                AfterFailure::OthersRun => {
                    let marker = self.native.marker(&[]);
                    marker.is_ok_and(|marker| cl::wait_for(marker.0).is_ok())
                }
            };
        if is_over {
            self.saw_over(number);
        }
    }

    /// A marker behind everything so far, and the number up to which that is.
    pub fn probe(&self) -> Option<(ClEvent, u64)> {
        let number = self.enqueued.load(Ordering::Acquire);
        let marker = self.marker(&[]).ok()?;
        self.flush();
        Some((marker, number))
    }

    /// Notes that a command of this queue is ordered after one of `other`.
    pub fn note_ordered_after(&self, other: &Arc<NativeQueue>) {
        let mut known = lock(&self.ordered_after);
        if !known.iter().any(|it| it.as_ptr() == Arc::as_ptr(other)) {
            known.retain(|queue| queue.strong_count() > 0);
            known.push(Arc::downgrade(other));
        }
    }

    /// The queues noted by [`note_ordered_after`](Self::note_ordered_after) that are still in use.
    pub fn ordered_after(&self) -> Vec<Arc<NativeQueue>> {
        let known = lock(&self.ordered_after);
        known.iter().filter_map(Weak::upgrade).collect()
    }

    pub fn note_stuck(&self) {
        self.is_stuck.store(true, Ordering::Relaxed);
    }

    pub fn is_stuck(&self) -> bool {
        self.is_stuck.load(Ordering::Relaxed)
    }

    /// Notes that the command at `position` is complete.
    pub fn saw_complete(&self, position: Position) {
        self.identity.knowledge.saw_complete(position);
        self.failures.note_complete(position);
        self.release_memory();
    }

    /// Notes that everything up to this number is over, well or not.
    pub fn saw_over(&self, number: u64) {
        self.over.fetch_max(number, Ordering::AcqRel);
    }

    /// Releases the host memory of commands that are over.
    pub fn release_memory(&self) {
        if self.leftovers.has_any() {
            let over = self.over.load(Ordering::Acquire);
            drop(
                self.leftovers
                    .release(over.max(self.identity.knowledge.completed())),
            );
        }
    }

    /// The failure of the command at `place`, on this queue or on one that it was ordered after, if it is known.
    pub fn failure_at(&self, place: Place) -> Option<Arc<Failure>> {
        if !failures::any() {
            return None;
        }
        if place.queue == self.identity.id {
            return self.failures.of(place.position);
        }
        let others = self.ordered_after();
        let other = others.iter().find(|queue| queue.identity.id == place.queue);
        other?.failures.of(place.position)
    }

    /// Notes that the command at `position`, or one before it, failed.
    pub fn saw_failed(&self, position: Position, failure: &Arc<Failure>) {
        match self.after_failure() {
            AfterFailure::AllFail => {
                let completed = self.identity.knowledge.completed();
                self.failures.note_failed(position, completed, failure);
            }
            AfterFailure::OthersRun => self.failures.note_failed_alone(position, failure),
        }
    }
}
