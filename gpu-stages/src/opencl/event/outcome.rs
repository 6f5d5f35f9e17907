//! How a command ended: what the driver says, and what follows for others.

use super::completion::Completion;
use crate::error::Failure;
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
        let native = lock(&self.rest).native();
        let status = match native.or_else(|| self.native()) {
            // The event is alive: the caller holds a handle to this record, which owns it.
            Some(native) => cl::event_status(native),
            None => Err(Code(sys::CL_OUT_OF_RESOURCES)),
        };
        match Answer::of(status) {
            Answer::Complete => {
                let needed = self.failed_dependency(|dependency| dependency.is_data);
                match needed.or_else(|| self.queue_failure()) {
                    Some(failure) => self.end(Err(failure)),
                    None => self.end(Ok(())),
                }
            }
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
        let (failure, markers) = {
            let rest = lock(&self.rest);
            let Some(deferred) = &rest.deferred else {
                return Status::Pending;
            };
            (deferred.failure.clone(), deferred.fence.natives())
        };
        // The markers are alive as long as the record is.
        if fence::has_passed(&markers) {
            self.end(Err(failure))
        } else {
            Status::Pending
        }
    }

    /// Notes the end. If this command is complete, so are the commands that it waited for.
    fn end(&self, result: Result<(), Arc<Failure>>) -> Status {
        let status = match &result {
            Ok(()) => Status::Complete,
            Err(failure) => Status::Failed(failure.clone()),
        };
        let is_complete = result.is_ok();
        if let Some(queue) = self.native_queue().filter(|_| is_complete) {
            queue.saw_complete(self.place().position);
        }
        let mut dependencies = self.close(result);
        while let Some(dependency) = dependencies.pop().filter(|_| is_complete) {
            let record = dependency.command.upgrade();
            if let Some(record) = record.filter(|record| !record.is_closed()) {
                // A command that was not in the wait list may have failed although this one ran.
                let is_complete = record.known_failure().is_none()
                    && (dependency.is_waited_for || record.native_failure().is_none());
                if is_complete {
                    dependencies.extend_from_slice(&record.close(Ok(())));
                }
            }
        }
        status
    }

    /// The status as far as it is known without the driver.
    pub(super) fn noted(&self) -> Status {
        match self.closed_status() {
            Status::Pending if self.is_passed() => self
                .queue_failure()
                .map_or(Status::Complete, Status::Failed),
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

    /// Whether the command is known, without the driver, not to touch memory any more.
    pub(in crate::opencl) fn is_done_with_memory(&self) -> bool {
        let is_passed = || {
            let queue = self.native_queue();
            let position = self.place().position;
            queue.is_some_and(|queue| queue.identity.knowledge.is_complete(position))
        };
        self.is_closed() || is_passed()
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
