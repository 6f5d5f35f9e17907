//! What calls are doing: for whoever asks why nothing moves.

use super::record::{ENDING, NOT_WAITING, Record};
use super::{Call, MANUAL};
use crate::pool::Recycle;
use crate::sync::Ordering;
use std::cell::Cell;

/// What a call is doing, as far as it says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doing {
    /// Its future was never polled.
    Nothing,
    /// Its future is being polled.
    Running,
    /// It is suspended, for reasons of its own or waiting for its turn with a resource.
    Suspended,
    /// On the host, until devices are done with the allocation of this number.
    WaitingForDevice(usize),
    /// Until all that it enqueued is over.
    Ending,
}

impl Call {
    /// All calls that are not over.
    pub(crate) fn all() -> Vec<Call> {
        let records = Record::pool().alive().into_iter();
        let begun = records.filter(|record| record.has_begun());
        begun.map(|record| Call { record }).collect()
    }

    /// The call in whose stage this one was made; 0 for none, and for who came alone.
    pub(crate) fn parent(&self) -> u64 {
        self.record.parent.load(Ordering::Relaxed)
    }

    /// Notes that the host waits for devices, to use the allocation number `index`.
    pub(crate) fn set_waiting(&self, index: usize) {
        self.record.waiting.store(index + 1, Ordering::Relaxed);
    }

    pub(crate) fn set_not_waiting(&self) {
        self.record.waiting.store(NOT_WAITING, Ordering::Relaxed);
    }

    /// What the call is doing right now.
    pub(crate) fn doing(&self) -> Doing {
        let record = &self.record;
        match record.waiting.load(Ordering::Relaxed) {
            _ if record.polled.load(Ordering::Relaxed) => Doing::Running,
            ENDING => Doing::Ending,
            NOT_WAITING if record.begun.load(Ordering::Relaxed) => Doing::Suspended,
            NOT_WAITING => Doing::Nothing,
            index => Doing::WaitingForDevice(index - 1),
        }
    }

    /// Whether this is an allocation made by hand, which has no future of its own.
    pub(crate) fn is_manual(&self) -> bool {
        std::ptr::eq(self.record.schedule(), &raw const MANUAL)
    }
}

thread_local! {
    /// The call whose body this thread is in; 0 for none.
    static CURRENT: Cell<u64> = const { Cell::new(0) };
}

/// The call whose body this thread is in; 0 for none.
pub(super) fn current() -> u64 {
    CURRENT.get()
}

/// Makes a call the current one of this thread until it is dropped.
pub(crate) struct Current {
    before: u64,
}

impl Current {
    pub(crate) fn set(call: &Call) -> Self {
        Current {
            before: CURRENT.replace(call.id()),
        }
    }
}

impl Drop for Current {
    fn drop(&mut self) {
        CURRENT.set(self.before);
    }
}
