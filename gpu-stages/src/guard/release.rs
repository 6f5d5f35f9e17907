//! The release of a use: what it leaves to the next use.

use super::access::Access;
use super::held::{Held, Value};
use crate::call::{Use, settle};
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
        let good = self.is_ready || self.mode == Mode::Read || core.keeps_on_failure();
        // Found out before the locks are taken: it may ask a driver.
        let poison = if good {
            None
        } else {
            self.poison_unless_good()
        };
        core.with(|state, deferred| {
            let slot = state.slot_of(index);
            self.usage.release(|call, dependencies| {
                let contents = match (dependencies.is_dirty, poison) {
                    (false, _) => Contents::Untouched,
                    (true, None) => Contents::Good,
                    (true, Some(poison)) => Contents::Poisoned(Arc::new(poison)),
                };
                state.release(index, dependencies, contents, || call.origin(), deferred);
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
        core.with(|state, deferred| {
            self.usage
                .release(|call, _| state.cancel(index, || call.origin(), deferred));
        });
    }

    /// Drops an owned value, or has the call keep it while devices may still use it.
    fn release_owned<T: Send + 'static>(&self, value: Option<T>, slot: observe::SlotId) {
        let mut pending = Events::new();
        self.usage.release(|_, dependencies| {
            move_all(&mut dependencies.reads, &mut pending);
            move_all(&mut dependencies.writes, &mut pending);
        });
        observe::emit(Interest::USES, || Observation::Released {
            id: self.usage.id(),
            slot,
            is_shared: false,
            completed: &[],
        });
        for event in pending.iter().filter(|event| !event.is_noted_good()) {
            self.usage.call().end_tells_of(event.clone());
        }
        pending.retain(|event| event.is_pending());
        if let (Some(value), false) = (value, pending.is_empty()) {
            self.usage.call().keep(Box::new(value), pending);
        }
    }

    /// Why what was written is bad, if it is: without `ready` it is good only if the whole call succeeded.
    #[cold]
    fn poison_unless_good(&self) -> Option<Poison> {
        let call = self.usage.call();
        if call.has_succeeded() {
            return None;
        }
        let writes = self.usage.writes();
        let failure = writes
            .iter()
            .map(Event::known)
            .find_map(|status| match status {
                Status::Failed(failure) => Some(failure),
                _ => None,
            });
        let origin = failure.as_ref().and_then(|failure| failure.origin());
        Some(Poison {
            by: origin.unwrap_or_else(|| call.origin()),
            reason: failure.map_or_else(|| call.reason_for_drop(), Reason::Device),
        })
    }
}
