//! What a call is doing, for stall reports.

use super::handle::Call;
use super::name::ResourceName;
use crate::observe::{self, Interest, Observation, Outcome};
use crate::sync::current;
use crate::sync::event::Event;
use crate::util::primitives::Ordering;

/// What a call is doing.
#[derive(Clone, Debug)]
pub(crate) enum Activity {
    /// Its future was never polled.
    NotPolled,
    /// Its future is being polled.
    Running,
    /// Its future is suspended: it waits for its turn with a resource, or for something that is no resource.
    Suspended,
    /// The host waits for devices to be done with this resource, now for this event.
    WaitingForDevice(ResourceName, Event),
    /// Its future waits for the end of its commands, now for that of this event, on this resource.
    Ending(ResourceName, Event),
}

impl Call {
    /// The call in whose stage this one was made; 0 for none.
    pub(crate) fn parent(&self) -> u64 {
        self.record.parent.load(Ordering::Relaxed)
    }

    /// Notes whether the host waits for devices: with which resource, and for which event. Returns what was noted before.
    pub(super) fn replace_awaited(
        &self,
        awaited: Option<(ResourceName, Event)>,
    ) -> Option<(ResourceName, Event)> {
        std::mem::replace(&mut self.record.body().awaited, awaited)
    }

    /// What the call is doing right now.
    pub(crate) fn activity(&self) -> Activity {
        let record = &self.record;
        if record.is_polled.load(Ordering::Relaxed) {
            return Activity::Running;
        }
        let body = record.body();
        if record.is_ending.load(Ordering::Relaxed)
            && let Some((name, event)) = body.finals.last()
        {
            return Activity::Ending(name.clone(), event.clone());
        }
        match &body.awaited {
            Some((name, event)) => Activity::WaitingForDevice(name.clone(), event.clone()),
            None if record.was_polled.load(Ordering::Relaxed) => Activity::Suspended,
            None => Activity::NotPolled,
        }
    }

    /// Notes whether the body is being polled. Guards that are dropped meanwhile are dropped by an exit of the body.
    pub(super) fn set_polled(&self, is_polled: bool) {
        if is_polled {
            self.record.next_moment();
            self.record.was_polled.store(true, Ordering::Relaxed);
        }
        self.record.is_polled.store(is_polled, Ordering::Relaxed);
    }

    /// Notes that the future is being dropped. Returns the outcome of the call, if it did not end before: its body
    /// panicked when it is still marked as being polled.
    pub(super) fn set_dropped(&self) -> Outcome {
        let has_panicked = self.record.is_polled.load(Ordering::Relaxed);
        self.record
            .is_dropped
            .store(!has_panicked, Ordering::Relaxed);
        match has_panicked {
            true => Outcome::Panicked,
            false => Outcome::Dropped,
        }
    }
}

/// Marks that this thread runs code of a call, until it is dropped.
pub(super) struct Running<'a> {
    call: &'a Call,
    before: u64,
}

impl<'a> Running<'a> {
    #[inline]
    pub fn begin(call: &'a Call) -> Self {
        let before = current::replace(call.id());
        observe::emit(Interest::CALLS, || Observation::CallEntered {
            call: call.id(),
        });
        Running { call, before }
    }
}

impl Drop for Running<'_> {
    #[inline]
    fn drop(&mut self) {
        let call = self.call.id();
        observe::emit(Interest::CALLS, || Observation::CallLeft { call });
        current::replace(self.before);
    }
}
