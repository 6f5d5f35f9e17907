//! The end of a command as it is noted in its record, and who is told.

use super::completion::{COMPLETE, Completion, Dependencies, FAILED, PENDING};
use crate::error::Failure;
use crate::sync::event::Status;
use crate::util::panics::wake_all;
use crate::util::primitives::{Arc, Ordering, lock};

impl Completion {
    /// Has a failure logged. Returns whether the command may still fail.
    pub(super) fn log_failure(&self) -> bool {
        let mut rest = lock(&self.rest);
        rest.is_disowned = true;
        let unclaimed = rest.failure.clone();
        drop(rest);
        if let Some(failure) = unclaimed {
            failure.log_unless_claimed();
        }
        !self.is_closed()
    }

    /// There is reason to look: wakes the waiting tasks. Makes no call of the driver.
    pub(super) fn hint(&self) {
        self.is_hinted.store(true, Ordering::Release);
        let wakers = lock(&self.rest).wakers.take();
        wake_all(wakers);
    }

    /// Whether the end of the command is noted in the record.
    pub(super) fn is_closed(&self) -> bool {
        self.state.load(Ordering::Acquire) != PENDING
    }

    /// Whether it is noted in the record that the command is complete.
    pub(super) fn is_closed_as_complete(&self) -> bool {
        self.state.load(Ordering::Acquire) == COMPLETE
    }

    /// The end as it is noted in the record.
    pub(super) fn closed_status(&self) -> Status {
        match self.state.load(Ordering::Acquire) {
            COMPLETE => Status::Complete,
            FAILED => match lock(&self.rest).failure.clone() {
                Some(failure) => Status::Failed(failure),
                None => Status::Complete,
            },
            _ => Status::Pending,
        }
    }

    /// Notes the end, once, and wakes the waiting tasks; returns the dependencies, for which no use is left in the
    /// record.
    pub(super) fn close(&self, result: Result<(), Arc<Failure>>) -> Dependencies {
        let mut rest = lock(&self.rest);
        if self.is_closed() {
            return Dependencies::new();
        }
        let state = if result.is_ok() { COMPLETE } else { FAILED };
        rest.failure = result.err();
        let unclaimed = rest.failure.clone().filter(|_| rest.is_disowned);
        let dependencies = std::mem::take(&mut rest.dependencies);
        let wakers = rest.wakers.take();
        self.state.store(state, Ordering::Release);
        drop(rest);
        if let Some(failure) = unclaimed {
            failure.log_unless_claimed();
        }
        wake_all(wakers);
        dependencies
    }
}
