//! The release of a use: what it leaves to the next use.

use super::access::Access;
use super::held::{Held, Value};
use crate::call::{Call, Use, settle};
use crate::error::{Poison, Reason};
use crate::observe::{self, Interest, Observation};
use crate::slots::core::Core;
use crate::slots::state::{Contents, Mode, UseIndex};
use crate::sync::discarded::move_all;
use crate::sync::event::{Event, Events, Status};
use crate::util::primitives::Arc;

impl<T: Send + 'static, A: Access> Drop for Held<T, A> {
    /// Releases the use, exactly once, with the events of commands that still run.
    #[inline]
    fn drop(&mut self) {
        settle(std::iter::once(&self.usage));
        if self.is_granted {
            observe::emit(Interest::USES, || Observation::HostUseEnded {
                id: self.usage.id(),
            });
        }
        let ending = Ending {
            usage: &self.usage,
            mode: A::MODE,
            is_ready: self.is_ready,
        };
        match &mut self.value {
            Value::Owned(value) => {
                let slot = observe::SlotId::Owned(self.usage.id());
                ending.release_owned(value.take(), slot);
            }
            Value::Slot { slots, index, .. } if self.is_granted => {
                ending.release(&slots.core, *index);
            }
            Value::Slot { slots, index, .. } => ending.cancel(&slots.core, *index),
        }
    }
}

/// The end of a use, whatever the type of its value.
struct Ending<'a> {
    usage: &'a Use,
    mode: Mode,
    is_ready: bool,
}

impl Ending<'_> {
    fn release(&self, core: &Core, index: UseIndex) {
        let (call, is_dirty) = self.usage.end();
        let contents = match is_dirty {
            false => Contents::Untouched,
            true if self.is_good(&call, core.keeps_on_failure()) => Contents::Good,
            true => Contents::Poisoned(Arc::new(self.poison(&call))),
        };
        core.with(|state, deferred| {
            let slot = state.slot_of(index);
            let origin = || call.origin();
            self.usage.release(|dependencies| {
                state.release(index, dependencies, contents, origin, deferred);
            });
            observe::emit(Interest::USES, || Observation::Released {
                id: self.usage.id(),
                slot: core.slot_id(slot),
                is_shared: self.mode == Mode::Read,
                completed: &deferred.discarded.completed,
            });
        });
    }

    fn cancel(&self, core: &Core, index: UseIndex) {
        let call = self.usage.call();
        core.with(|state, deferred| state.cancel(index, || call.origin(), deferred));
        self.usage.release(|_| {});
    }

    /// Drops an owned value, or has the call keep it while devices may still use it.
    fn release_owned<T: Send + 'static>(&self, value: Option<T>, slot: observe::SlotId) {
        let (call, _) = self.usage.end();
        let mut pending = Events::new();
        self.usage.release(|dependencies| {
            move_all(&mut dependencies.reads, &mut pending);
            move_all(&mut dependencies.writes, &mut pending);
        });
        observe::emit(Interest::USES, || Observation::Released {
            id: self.usage.id(),
            slot,
            is_shared: false,
            completed: &[],
        });
        pending.retain(|event| event.is_pending());
        if let (Some(value), false) = (value, pending.is_empty()) {
            call.keep(Box::new(value), pending);
        }
    }

    /// Whether what was written is good: without `ready` only if the whole call succeeded.
    fn is_good(&self, call: &Call, keeps_on_failure: bool) -> bool {
        self.is_ready || keeps_on_failure || call.has_succeeded()
    }

    /// Why what was written is bad.
    fn poison(&self, call: &Call) -> Poison {
        let writes = self.usage.writes();
        let failure = writes
            .iter()
            .map(Event::known)
            .find_map(|status| match status {
                Status::Failed(failure) => Some(failure),
                _ => None,
            });
        let origin = failure.as_ref().and_then(|failure| failure.origin());
        Poison {
            by: origin.unwrap_or_else(|| call.origin()),
            reason: failure.map_or_else(|| call.reason_for_drop(), Reason::Device),
        }
    }
}
