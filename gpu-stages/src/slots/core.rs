//! [`Core`]: the part of a resource that does not depend on the type of its values.

use super::deferred::Deferred;
use super::state::{Grant, Mode, NeverWritten, State, UseIndex, Wish};
use crate::call::{Call, Dependencies, Parameter, ResourceName, Use};
use crate::observe::{self, Interest, Observation, SlotId};
use crate::sync::discarded::Completed;
use crate::sync::event::Events;
use crate::util::primitives::{
    Arc, AtomicBool, Mutex, MutexGuard, OnceLock, Ordering, StaticU64, lock,
};
use std::task::{Poll, Waker};

/// The place of a use among those of its resource.
pub(crate) struct Place {
    pub usage: Use,
    pub slot: usize,
    pub index: UseIndex,
    /// Whether the use was granted at once.
    pub is_granted: bool,
}

/// The state of a resource behind its lock, and its name.
pub(crate) struct Core {
    /// The number of the resource. Locks of several resources are taken in this order.
    pub id: u64,
    pub name: OnceLock<Arc<str>>,
    state: Mutex<State>,
    keep_on_failure: AtomicBool,
}

impl Core {
    /// A resource with this number of slots.
    pub fn new(slots: usize) -> Self {
        static NEXT: StaticU64 = StaticU64::new(1);
        Core {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            name: OnceLock::new(),
            state: Mutex::new(State::new(slots)),
            keep_on_failure: AtomicBool::new(false),
        }
    }

    #[inline]
    pub fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Runs `f` on the state, and what it defers when the lock is released.
    #[inline]
    pub fn with<R>(&self, f: impl FnOnce(&mut State, &mut Deferred) -> R) -> R {
        let mut deferred = Deferred::default();
        let result = f(&mut self.state(), &mut deferred);
        deferred.run();
        result
    }

    /// Grants the use at `index` if its turn has come: then `usage` has inherited what earlier uses left.
    #[inline]
    pub fn poll_grant(
        &self,
        index: UseIndex,
        usage: &Use,
        mode: Mode,
    ) -> Poll<Result<(), NeverWritten>> {
        self.poll_state(&mut self.state(), index, usage, mode)
    }

    /// As [`poll_grant`](Self::poll_grant), but keeps a waker when the turn has not come.
    pub fn poll_grant_or_park(
        &self,
        index: UseIndex,
        usage: &Use,
        mode: Mode,
        waker: &Waker,
    ) -> Poll<Result<(), NeverWritten>> {
        // Cloned, and the one that it replaces dropped, when no lock is held: both run code of the executor.
        let waker = waker.clone();
        self.with(|state, deferred| {
            let polled = self.poll_state(state, index, usage, mode);
            deferred.stale = match polled {
                Poll::Pending => state.park(index, waker),
                Poll::Ready(_) => Some(waker),
            };
            polled
        })
    }

    fn poll_state(
        &self,
        state: &mut State,
        index: UseIndex,
        usage: &Use,
        mode: Mode,
    ) -> Poll<Result<(), NeverWritten>> {
        match state.poll(index) {
            Grant::Waiting => Poll::Pending,
            Grant::NeverWritten(writer) => Poll::Ready(Err(NeverWritten(writer))),
            Grant::Granted => {
                self.inherit(state, index, usage, mode);
                Poll::Ready(Ok(()))
            }
        }
    }

    /// A granted use inherits what earlier uses of its slot left.
    fn inherit(&self, state: &mut State, index: UseIndex, usage: &Use, mode: Mode) {
        let mut completed = Completed::new(observe::wants(Interest::USES));
        usage.grant(|dependencies| state.inherit(index, dependencies, &mut completed));
        self.observe_grant(state, index, usage, mode, &completed);
    }

    /// Adds a use for `call`.
    #[inline]
    pub fn add(&self, state: &mut State, wish: &Wish, slot: usize, call: &Call) -> Place {
        let (index, is_granted) = state.add(wish, slot, call.id());
        let mut completed = Completed::new(observe::wants(Interest::USES));
        let inherit = |into: &mut Dependencies| state.inherit(index, into, &mut completed);
        let name = self.name_for(wish.parameter);
        let usage = Use::new(
            call,
            name,
            self.relies(wish.mode),
            is_granted.then_some(inherit),
        );
        if is_granted {
            self.observe_grant(state, index, &usage, wish.mode, &completed);
        }
        Place {
            usage,
            slot,
            index,
            is_granted,
        }
    }

    #[inline]
    fn observe_grant(
        &self,
        state: &State,
        index: UseIndex,
        usage: &Use,
        mode: Mode,
        completed: &Completed,
    ) {
        observe::emit(Interest::USES, || Observation::Granted {
            id: usage.id(),
            slot: self.slot_id(state.slot_of(index)),
            is_shared: mode == Mode::Read,
            completed: &completed.events,
        });
    }

    pub fn slot_id(&self, index: usize) -> SlotId {
        SlotId::Slot {
            resource: self.id,
            index,
        }
    }

    /// The name of the resource for a call whose `parameter` it is.
    #[inline]
    pub fn name_for(&self, parameter: Parameter) -> ResourceName {
        ResourceName {
            own: self.name.get().cloned(),
            parameter,
        }
    }

    /// Whether a use with this mode needs the contents. Values that stay valid whatever happens have no bad contents.
    #[inline]
    fn relies(&self, mode: Mode) -> bool {
        mode != Mode::Write && !self.keeps_on_failure()
    }

    /// Accepts the contents of all slots as they are.
    pub fn clear_poison(&self) {
        self.with(|state, deferred| {
            state.clear_poison(&mut deferred.discarded);
            observe::emit(Interest::USES, || Observation::PoisonCleared {
                resource: self.id,
                completed: &deferred.discarded.completed,
            });
        });
    }

    /// For each slot, everything that may still run on a device, when the resource is dropped.
    pub fn take_pending(&self) -> Vec<Events> {
        observe::emit(Interest::USES, || Observation::ResourceDropped {
            resource: self.id,
        });
        self.state().take_pending()
    }

    #[inline]
    pub fn keeps_on_failure(&self) -> bool {
        self.keep_on_failure.load(Ordering::Relaxed)
    }

    pub fn keep_on_failure(&self) {
        self.keep_on_failure.store(true, Ordering::Relaxed);
    }
}
