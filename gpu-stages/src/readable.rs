//! [`Readable`]: what can be read and updated, be it a resource or one version of it.

use crate::acquire::Request;
use crate::error::Result;
use crate::guard::Allocation;
use crate::guard::access::{Read, Update};
use crate::sync::Arc;
use crate::terms::UserId;
use crate::value::Slots;
use std::fmt;

/// What `#[reads]` and `#[updates]` take: a [`Resource`](crate::Resource), of which the newest version is meant,
/// or a [`Version`](crate::Version). Both deref to it.
pub struct Readable<T: Send + 'static> {
    /// Kept until the drop of the handle is over.
    pub(crate) slots: Arc<Slots<T>>,
    /// For a version, its place in the ledger. It leaves when this handle is dropped, and not before.
    pub(crate) pin: Option<UserId>,
}

impl<T: Send + 'static> Readable<T> {
    /// One more handle.
    pub(crate) fn new(slots: Arc<Slots<T>>, pin: Option<UserId>) -> Self {
        slots.core.add_handle();
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
        self.updates().by_hand()
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
        self.reads().by_hand()
    }
}

impl<T: Send + 'static> Clone for Readable<T> {
    fn clone(&self) -> Self {
        let again = |pin| self.slots.core.ledger().pin_again(pin);
        Readable::new(self.slots.clone(), self.pin.map(again))
    }
}

impl<T: Send + 'static> Drop for Readable<T> {
    fn drop(&mut self) {
        let core = &self.slots.core;
        // First, because a waker that is woken behind the pin may panic. The pin is a user: the resource stays.
        core.remove_handle();
        if let Some(pin) = self.pin {
            core.with(|ledger, after| ledger.unpin(pin, after));
        }
    }
}

impl<T: Send + 'static> fmt::Debug for Readable<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.slots.fmt(f)
    }
}
