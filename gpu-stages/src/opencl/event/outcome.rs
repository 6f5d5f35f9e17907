//! How a command ended: what the driver says, and what that says of others.

use super::{COMPLETE, Completion, FAILED};
use crate::error::Failure;
use crate::opencl::cl::{self, Code};
use crate::opencl::failure::{self, Cause, Causes, Failing};
use crate::opencl::line::Waits;
use crate::sync::event::{EventSource, Status};
use crate::util::panics::wake_all;
use crate::util::primitives::{Arc, Ordering, lock};
use cl_sys as sys;

impl Completion {
    /// Asks the driver.
    pub(in crate::opencl) fn ask(&self) -> Status {
        if self.is_failing() {
            return self.ask_fence();
        }
        let native = lock(&self.rest).native.as_ref().map(|event| event.0);
        let status = match native.or_else(|| self.native()) {
            // The event is alive: whoever asks holds a handle to this record, which owns it.
            Some(native) => cl::event_status(native),
            None => Err(Code(sys::CL_OUT_OF_RESOURCES)),
        };
        match status {
            Ok(sys::CL_COMPLETE) => match self
                .cause(|cause| cause.data)
                .or_else(|| self.cause_of_others())
            {
                Some(failure) => self.over(Err(failure)),
                None => self.over(Ok(())),
            },
            Ok(code) if code > 0 => match self.cause(|cause| cause.waited) {
                Some(failure) if self.is_next() => {
                    if let Some(line) = self.line() {
                        line.failures.note_stuck();
                    }
                    self.fail(failure)
                }
                _ => Status::Pending,
            },
            Ok(code) | Err(Code(code)) => {
                let (failure, is_own) = failure::root(self, code);
                if let Some(line) = self.line().filter(|_| is_own) {
                    line.saw_failed(self.position(), &failure);
                }
                self.fail(failure)
            }
        }
    }

    /// The failure of one of those causes, as far as it is known.
    fn cause(&self, which: impl Fn(&Cause) -> bool) -> Option<Arc<Failure>> {
        let causes = self.causes();
        let mut causes = causes.iter().filter(|cause| which(cause));
        causes.find_map(|cause| cause.command.upgrade()?.badness())
    }

    /// Whether all that stands before on the queue is known to be complete.
    fn is_next(&self) -> bool {
        let completed = self.line().map(|line| line.identity.knowledge.completed());
        completed.is_some_and(|completed| self.position().latest <= completed + 1)
    }

    /// Why nobody can rely on what the command made, as far as it is known.
    pub(in crate::opencl) fn badness(&self) -> Option<Arc<Failure>> {
        if !failure::any() {
            return None;
        }
        self.told_or_failing().or_else(|| self.cause_of_others())
    }

    /// For a command without an event of its own: the failure that it may be the cause of.
    fn cause_of_others(&self) -> Option<Arc<Failure>> {
        let line = {
            let rest = lock(&self.rest);
            let is_quiet = rest.native.is_none() || rest.stands_in;
            rest.line.clone().filter(|_| is_quiet)
        };
        line?.failures.at(self.position())
    }

    /// The failure, whether or not it is told already.
    pub(in crate::opencl) fn told_or_failing(&self) -> Option<Arc<Failure>> {
        let rest = lock(&self.rest);
        let failing = rest.failing.as_ref().map(|failing| failing.failure.clone());
        rest.failure.clone().or(failing)
    }

    fn is_failing(&self) -> bool {
        lock(&self.rest).failing.is_some()
    }

    /// What the driver says of the command's own event, if that is that it failed.
    pub(in crate::opencl) fn native_failure(&self) -> Option<i32> {
        let native = lock(&self.rest).native.as_ref().map(|event| event.0)?;
        cl::event_status(native).ok().filter(|&status| status < 0)
    }

    /// The command has failed, which is told once the fence has passed.
    fn fail(&self, failure: Arc<Failure>) -> Status {
        let fence = self.line().as_ref().map(failure::fence);
        let fence = fence.unwrap_or_default();
        failure::note_any();
        let mut failing = Some(Failing { failure, fence });
        {
            let mut rest = lock(&self.rest);
            if rest.failing.is_none() {
                rest.failing = failing.take();
            }
        }
        // A second fence, if two threads came at once, is released outside of the lock.
        drop(failing);
        self.ask_fence()
    }

    fn ask_fence(&self) -> Status {
        let (failure, fence) = {
            let rest = lock(&self.rest);
            let Some(failing) = &rest.failing else {
                return Status::Pending;
            };
            let natives = failing.fence.iter().map(|event| event.0);
            (failing.failure.clone(), natives.collect::<Waits>())
        };
        // The events are alive as long as the record is.
        if failure::has_passed(&fence) {
            self.over(Err(failure))
        } else {
            Status::Pending
        }
    }

    /// Notes the end. A command that went well got what it waited for: so did what made that.
    fn over(&self, result: Result<(), Arc<Failure>>) -> Status {
        let status = match &result {
            Ok(()) => Status::Complete,
            Err(failure) => Status::Failed(failure.clone()),
        };
        let is_good = result.is_ok();
        if let Some(line) = self.line().filter(|_| is_good) {
            line.saw_complete(self.position());
        }
        let mut causes = self.close(result);
        while let Some(cause) = causes.pop().filter(|_| is_good) {
            let record = cause.command.upgrade();
            if let Some(record) = record.filter(|record| !record.is_noted_over()) {
                // What no wait list has proved, an event may deny.
                let is_good = record.badness().is_none()
                    && (cause.waited || record.native_failure().is_none());
                if is_good {
                    causes.extend_from_slice(&record.close(Ok(())));
                }
            }
        }
        status
    }

    /// Sets the final state, once, and wakes whoever waits; returns what the command needed.
    fn close(&self, result: Result<(), Arc<Failure>>) -> Causes {
        let mut rest = lock(&self.rest);
        if self.is_noted_over() {
            return Causes::new();
        }
        let state = if result.is_ok() { COMPLETE } else { FAILED };
        rest.failure = result.err();
        let causes = std::mem::take(&mut rest.causes);
        let wakers = rest.wakers.take();
        self.state.store(state, Ordering::Release);
        drop(rest);
        wake_all(wakers);
        causes
    }

    /// Whether the end is known without the driver.
    pub(in crate::opencl) fn is_known_over(&self) -> bool {
        self.noted().is_terminal()
    }

    /// Whether the driver's event is the command's own, and its end the command's.
    pub(in crate::opencl) fn is_its_own_event(&self) -> bool {
        let rest = lock(&self.rest);
        rest.native.is_some() && !rest.stands_in && rest.failing.is_none()
    }

    /// Whether the command has no event of its own and stands before one of its queue that is complete.
    fn is_passed(&self) -> bool {
        let rest = lock(&self.rest);
        let is_quiet = (rest.native.is_none() || rest.stands_in) && rest.failing.is_none();
        let line = rest.line.as_ref().filter(|_| is_quiet);
        line.is_some_and(|line| line.identity.knowledge.is_complete(self.position()))
    }

    /// Whether the command will not touch memory any more, as far as is known without the driver.
    pub(in crate::opencl) fn is_done_with_memory(&self) -> bool {
        let passed = || {
            let knowledge = self.knowledge();
            knowledge.is_some_and(|knowledge| knowledge.is_complete(self.position()))
        };
        self.is_noted_over() || passed()
    }

    /// What is known without the driver.
    pub(super) fn noted(&self) -> Status {
        match self.state.load(Ordering::Acquire) {
            COMPLETE => Status::Complete,
            FAILED => match lock(&self.rest).failure.clone() {
                Some(failure) => Status::Failed(failure),
                None => Status::Complete,
            },
            _ if self.is_passed() => self
                .cause_of_others()
                .map_or(Status::Complete, Status::Failed),
            _ => Status::Pending,
        }
    }
}
