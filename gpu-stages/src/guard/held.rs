//! [`Held`]: what all guards are made of: one use of one value, from acquisition to release.

use super::access::{Access, Exclusive};
use crate::call::{Dependencies, Use, settle};
use crate::error::Result;
use crate::observe::{self, Interest, Observation, SlotId};
use crate::slots::core::Place;
use crate::slots::state::{Mode, UseIndex};
use crate::slots::storage::Slots;
use crate::sync::access;
use crate::util::primitives::Arc;
use std::marker::PhantomData;

/// A use of a slot of a resource, or of an owned value. Dropping it releases the use.
pub(crate) struct Held<T: Send + 'static, A: Access> {
    pub(super) value: Value<T>,
    pub(super) usage: Use,
    pub(super) is_granted: bool,
    /// Whether the guard was made ready.
    pub(super) is_ready: bool,
    access: PhantomData<A>,
}

pub(super) enum Value<T: Send + 'static> {
    Slot {
        slots: Arc<Slots<T>>,
        slot: usize,
        index: UseIndex,
        /// Makes the guard as shareable between threads as `&T` is.
        shared: PhantomData<T>,
    },
    /// None once it was taken out by the release.
    Owned(Option<T>),
}

impl<T: Send + 'static, A: Access> Held<T, A> {
    /// The use at `place` of this resource. Each place becomes one `Held`: the grant belongs to it alone.
    #[inline]
    pub fn of_slot(slots: &Arc<Slots<T>>, place: Place) -> Self {
        Held {
            value: Value::Slot {
                slots: slots.clone(),
                slot: place.slot,
                index: place.index,
                shared: PhantomData,
            },
            usage: place.usage,
            is_granted: place.is_granted,
            is_ready: false,
            access: PhantomData,
        }
    }

    /// The use of a value that the call owns, which is granted.
    pub fn of_owned(value: T, usage: Use) -> Self {
        Held {
            value: Value::Owned(Some(value)),
            usage,
            is_granted: true,
            is_ready: false,
            access: PhantomData,
        }
    }

    /// What the access of the whole guard is.
    pub fn access() -> access::Access {
        match A::MODE {
            Mode::Read => access::Access::Read,
            Mode::Update | Mode::Write => access::Access::Write,
        }
    }

    pub(super) fn slot_id(&self) -> SlotId {
        match &self.value {
            Value::Slot { slots, slot, .. } => slots.core.slot_id(*slot),
            Value::Owned(_) => SlotId::Owned(self.usage.id()),
        }
    }

    /// Runs `f` on the dependencies of a granted use, unless the contents are bad. Opaque uses and a use by the host end
    /// here.
    pub(super) fn check<R>(&self, mut f: impl FnMut(&mut Dependencies) -> R) -> Result<R> {
        observe::emit(Interest::USES, || Observation::HostUseEnded {
            id: self.usage.id(),
        });
        settle(std::iter::once(&self.usage));
        let checked = self.usage.checked(&mut f);
        if checked.is_err() && self.was_accepted() {
            self.usage.accept();
            return self.usage.checked(&mut f);
        }
        checked
    }

    /// Whether the contents were accepted as they are since the grant.
    fn was_accepted(&self) -> bool {
        match &self.value {
            Value::Slot { slots, index, .. } => slots.core.state().was_accepted(*index),
            Value::Owned(_) => false,
        }
    }

    /// The value, to read. The caller has waited for what its use of the value needs.
    #[inline]
    pub fn value(&self) -> &T {
        debug_assert!(self.is_granted, "a value is reached only under a grant");
        match &self.value {
            // SAFETY: `is_granted` was set when the slot was granted to this use, which is released only when this is
            // dropped; `&self` excludes `value_mut`. Guards that give the value are made only when it is set.
            Value::Slot { slots, slot, .. } => unsafe { slots.shared(*slot) },
            Value::Owned(Some(value)) => value,
            Value::Owned(None) => {
                unreachable!("an owned value is taken only when its guard is dropped")
            }
        }
    }

    /// The value, to write.
    #[inline]
    pub fn value_mut(&mut self) -> &mut T
    where
        A: Exclusive,
    {
        let value = self.exclusive();
        value.unwrap_or_else(|| unreachable!("an exclusive access has no mode `Read`"))
    }

    /// The value, to write, if the access is exclusive.
    #[inline]
    pub(super) fn exclusive(&mut self) -> Option<&mut T> {
        debug_assert!(self.is_granted, "a value is reached only under a grant");
        if A::MODE == Mode::Read {
            return None;
        }
        Some(match &mut self.value {
            // SAFETY: as in `value`; the grant is exclusive because the mode is not `Read`, and `&mut self` excludes other
            // references made from this guard.
            Value::Slot { slots, slot, .. } => unsafe { slots.exclusive(*slot) },
            Value::Owned(Some(value)) => value,
            Value::Owned(None) => {
                unreachable!("an owned value is taken only when its guard is dropped")
            }
        })
    }

    /// Releases the use. What was written is good.
    #[inline]
    pub fn ready(mut self) {
        self.is_ready = true;
    }
}
