//! How a command ended: what the driver says, and what follows for others.

use super::completion::Completion;
use crate::error::Failure;
use crate::opencl::after_failure::AfterFailure;
use crate::opencl::cl::{self, Code};
use crate::opencl::failures;
use crate::opencl::fence::{self, DeferredFailure, Fence};
use crate::sync::event::Status;
use crate::util::primitives::{Arc, lock};
use cl_sys as sys;

/// What the driver says of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Complete,
    /// Queued or running.
    Unfinished,
    Failed(i32),
}

impl Answer {
    /// A call that fails says as much as an event that failed: the command cannot be relied on.
    fn of(status: cl::Result<i32>) -> Self {
        match status {
            Ok(sys::CL_COMPLETE) => Answer::Complete,
            Ok(code) if code > 0 => Answer::Unfinished,
            Ok(code) | Err(Code(code)) => Answer::Failed(code),
        }
    }
}

impl Completion {
    /// Asks the driver.
    pub(in crate::opencl) fn ask(&self) -> Status {
        if self.has_deferred_failure() {
            return self.ask_fence();
        }
        let answer = match self.is_passed() {
            // It has no event, and a later command of the queue is complete.
            true => Answer::Complete,
            false => {
                let native = lock(&self.rest).native();
                self.answer(native.or_else(|| self.native()))
            }
        };
        match answer {
            Answer::Complete => match self.hidden_failure().or_else(|| self.queue_failure()) {
                Some(failure) => self.end(Err(failure)),
                None => self.end(Ok(())),
            },
            Answer::Unfinished => {
                match self.failed_dependency(|dependency| dependency.is_waited_for) {
                    Some(failure) if self.is_next() => {
                        if let Some(queue) = self.native_queue() {
                            queue.note_stuck();
                        }
                        self.fail(failure)
                    }
                    _ => Status::Pending,
                }
            }
            Answer::Failed(code) => {
                let (failure, is_own) = self.root_failure(code);
                if let Some(queue) = self.native_queue().filter(|_| is_own) {
                    queue.saw_failed(self.place().position, &failure);
                }
                self.fail(failure)
            }
        }
    }

    /// What the driver says of the command, whose event is `native`; a failure if there is none. The event is alive: the
    /// caller holds a handle to this record, which owns it.
    fn answer(&self, native: Option<sys::cl_event>) -> Answer {
        let status = match native {
            Some(native) => cl::event_status(native),
            None => Err(Code(sys::CL_OUT_OF_RESOURCES)),
        };
        let called_back = lock(&self.rest).called_back;
        match (Answer::of(status), called_back, native) {
            (Answer::Complete, Some(code), _) if code < 0 => Answer::Failed(code),
            // The status may be wrong. Waiting for a command that is complete does not block.
            (Answer::Complete, None, Some(native)) if self.others_run_after_failure() => {
                Answer::of(cl::wait_for(native).map(|()| sys::CL_COMPLETE))
            }
            (answer, ..) => answer,
        }
    }

    /// The code with which the native event failed, if there is one and the driver says that it did.
    pub(super) fn native_failure(&self) -> Option<i32> {
        let native = lock(&self.rest).native()?;
        match self.answer(Some(native)) {
            Answer::Failed(code) => Some(code),
            Answer::Complete | Answer::Unfinished => None,
        }
    }

    /// Whether the driver has to be asked whether this one failed, although a command that depends on it is complete.
    pub(super) fn may_have_failed_alone(&self, is_waited_for: bool) -> bool {
        let has_own_event = {
            let rest = lock(&self.rest);
            rest.has_own_event() && rest.deferred.is_none()
        };
        has_own_event && (!is_waited_for || self.others_run_after_failure())
    }

    pub(super) fn others_run_after_failure(&self) -> bool {
        let queue = self.native_queue();
        queue.is_some_and(|queue| queue.after_failure() == AfterFailure::OthersRun)
    }

    /// Whether all commands before this one on its queue are known to be complete.
    fn is_next(&self) -> bool {
        let completed = self
            .native_queue()
            .map(|queue| queue.identity.knowledge.completed());
        completed.is_some_and(|completed| self.place().position.latest <= completed + 1)
    }

    fn has_deferred_failure(&self) -> bool {
        lock(&self.rest).deferred.is_some()
    }

    /// The command has failed, which is reported once the fence has passed.
    fn fail(&self, failure: Arc<Failure>) -> Status {
        let fence = self.native_queue().as_ref().map(Fence::on);
        let fence = fence.unwrap_or_else(Fence::passed);
        failures::note_any();
        let mut deferred = Some(DeferredFailure { failure, fence });
        {
            let mut rest = lock(&self.rest);
            if rest.deferred.is_none() {
                rest.deferred = deferred.take();
            }
        }
        // If two threads came at once, the second fence is released outside of the lock.
        drop(deferred);
        self.ask_fence()
    }

    fn ask_fence(&self) -> Status {
        let (failure, markers, missing) = {
            let rest = lock(&self.rest);
            let Some(DeferredFailure { failure, fence }) = &rest.deferred else {
                return Status::Pending;
            };
            (failure.clone(), fence.natives(), fence.missing())
        };
        if !missing.is_empty() {
            let found = Fence::of(&missing);
            if let Some(deferred) = &mut lock(&self.rest).deferred {
                deferred.fence.complete_with(found);
            }
            return Status::Pending;
        }
        // The markers are alive as long as the record is.
        if fence::has_passed(&markers) {
            self.end(Err(failure))
        } else {
            Status::Pending
        }
    }

    /// Notes the end. If this command is complete, so are the commands that it waited for, and those whose data it used:
    /// `hidden_failure` has found no failure among them.
    fn end(&self, result: Result<(), Arc<Failure>>) -> Status {
        let status = match &result {
            Ok(()) => Status::Complete,
            Err(failure) => Status::Failed(failure.clone()),
        };
        let is_complete = result.is_ok();
        self.note_end(is_complete);
        let mut dependencies = self.close(result);
        while let Some(dependency) = dependencies.pop().filter(|_| is_complete) {
            let record = dependency.command.upgrade();
            let Some(record) = record.filter(|record| !record.is_closed()) else {
                continue;
            };
            let has_failed = || {
                let must_ask = !dependency.is_data && record.may_have_failed_alone(true);
                record.known_failure().is_some() || must_ask && record.native_failure().is_some()
            };
            if !has_failed() {
                record.note_end(true);
                dependencies.extend_from_slice(&record.close(Ok(())));
            }
        }
        status
    }

    /// Notes on the queue how far it has come.
    fn note_end(&self, is_complete: bool) {
        let position = self.place().position;
        match self.native_queue() {
            Some(queue) if is_complete => queue.saw_complete(position),
            Some(queue) => {
                // The fence has passed.
                queue.saw_over(position.completes());
                queue.release_memory();
            }
            None => {}
        }
    }

    /// The status as far as it is known without the driver.
    pub(super) fn noted(&self) -> Status {
        match self.closed_status() {
            Status::Pending if self.is_passed() => match self.queue_failure() {
                Some(failure) => Status::Failed(failure),
                None if self.may_hide_failure() => Status::Pending,
                None => Status::Complete,
            },
            status => status,
        }
    }

    /// Whether the command has no event of its own and stands before one of its queue that is complete.
    fn is_passed(&self) -> bool {
        let rest = lock(&self.rest);
        let is_quiet = !rest.has_own_event() && rest.deferred.is_none();
        let queue = rest.queue.as_ref().filter(|_| is_quiet);
        let position = self.place().position;
        queue.is_some_and(|queue| queue.identity.knowledge.is_complete(position))
    }

    /// Whether the end is known without the driver.
    pub(super) fn is_known_over(&self) -> bool {
        self.noted().is_terminal()
    }

    /// Asks the driver before a command of `moment` uses this one, unless this one was enqueued right before it, or
    /// has no event.
    pub(in crate::opencl) fn look_before_use(&self, moment: u64) {
        let (has_event, is_fresh) = {
            let rest = lock(&self.rest);
            let is_fresh = moment != 0 && rest.moment == moment;
            (rest.native.is_some(), is_fresh)
        };
        if has_event && !is_fresh && !self.is_known_over() {
            self.ask();
        }
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;

    #[test]
    fn only_zero_is_complete() {
        assert_eq!(Answer::of(Ok(0)), Answer::Complete);
    }

    #[test]
    fn queued_submitted_and_running_are_unfinished() {
        for status in [sys::CL_RUNNING, sys::CL_SUBMITTED, sys::CL_QUEUED] {
            assert_eq!(Answer::of(Ok(status)), Answer::Unfinished);
        }
    }

    #[test]
    fn a_negative_status_and_a_failed_call_are_failures() {
        assert_eq!(Answer::of(Ok(-1)), Answer::Failed(-1));
        assert_eq!(Answer::of(Err(Code(-58))), Answer::Failed(-58));
    }
}
