//! [`Readable`]: a resource or one version of it, to read and update.

use crate::acquire::Request;
use crate::error::Result;
use crate::guard::Allocation;
use crate::guard::access::{Read, Update};
use crate::slots::state::UseIndex;
use crate::slots::storage::Slots;
use crate::util::primitives::Arc;
use std::fmt;

/// What `#[reads]` and `#[updates]` take: a [`Resource`](crate::Resource), of which the newest version is meant,
/// or a [`Version`](crate::Version). Both deref to it.
pub struct Readable<T: Send + 'static> {
    pub(crate) slots: Arc<Slots<T>>,
    /// Of a version, its pin, which ends when this is dropped and not before.
    pin: Option<UseIndex>,
}

impl<T: Send + 'static> Readable<T> {
    pub(super) fn new(slots: Arc<Slots<T>>, pin: Option<UseIndex>) -> Self {
        Readable { slots, pin }
    }

    /// Asks for exclusive use in place; see [`acquire`](crate::acquire()).
    pub fn updates(&self) -> Request<'_, T, Update> {
        Request::new(&self.slots, self.pin)
    }

    /// Acquires the version for exclusive use, in place.
    ///
    /// # Errors
    ///
    /// None for a single resource; the result is that of [`acquire`](crate::acquire()).
    pub fn acquire_update(&self) -> Result<Allocation<T, Update>> {
        Ok(self.updates().by_hand())
    }
}

impl<T: Send + Sync + 'static> Readable<T> {
    /// Asks for shared use; see [`acquire`](crate::acquire()).
    pub fn reads(&self) -> Request<'_, T, Read> {
        Request::new(&self.slots, self.pin)
    }

    /// Acquires the version for shared use.
    ///
    /// # Errors
    ///
    /// None for a single resource; the result is that of [`acquire`](crate::acquire()).
    pub fn acquire_read(&self) -> Result<Allocation<T, Read>> {
        Ok(self.reads().by_hand())
    }
}

impl<T: Send + 'static> Clone for Readable<T> {
    fn clone(&self) -> Self {
        let again = |pin| self.slots.core.state().pin_again(pin);
        Readable::new(self.slots.clone(), self.pin.map(again))
    }
}

impl<T: Send + 'static> Drop for Readable<T> {
    fn drop(&mut self) {
        if let Some(pin) = self.pin {
            let core = &self.slots.core;
            core.with(|state, deferred| state.unpin(pin, deferred));
        }
    }
}

impl<T: Send + 'static> fmt::Debug for Readable<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.slots.fmt(f)
    }
}
