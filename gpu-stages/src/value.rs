//! The values of a resource, and the only place that turns a granted use into a reference.

use crate::books::Core;
use crate::reaper;
use crate::sync::{Arc, OnceLock};
use std::cell::UnsafeCell;
use std::fmt;
use std::mem::ManuallyDrop;
use std::ops::Deref;

/// A resource's slots.
///
/// The ledger decides who may use a slot: several readers or one exclusive user, from grant to leave; or, while it has no
/// users, whoever has taken the word, until it lets go. The references made here rely on that and on nothing else.
pub(crate) struct Slots<T: Send + 'static> {
    pub core: Core,
    values: Box<[UnsafeCell<T>]>,
    /// Fills a new version with garbage before the host uses it first. Set if a device wants it.
    pub spoil: OnceLock<fn(&mut T)>,
}

// SAFETY: a `&Slots` gives out `&T` to readers and `&mut T` to one exclusive user at a time, as a lock does.
// Several threads can hold `&T` at once only through read requests, which demand `T: Sync`.
unsafe impl<T: Send + 'static> Sync for Slots<T> {}

impl<T: Send + 'static> Slots<T> {
    pub fn new(values: Vec<T>) -> Self {
        Slots {
            core: Core::new(values.len()),
            values: values.into_iter().map(UnsafeCell::new).collect(),
            spoil: OnceLock::new(),
        }
    }

    /// # Safety
    ///
    /// The caller holds a grant on `slot`, or has taken the word for it, for as long as the reference lives, and makes no `&mut` meanwhile.
    pub unsafe fn shared(&self, slot: usize) -> &T {
        // SAFETY: under a grant nobody else has exclusive use of the slot, and the caller makes no `&mut`.
        unsafe { &*self.values[slot].get() }
    }

    /// # Safety
    ///
    /// The caller holds an exclusive grant on `slot`, or has taken the word for it, for as long as the reference lives, and makes no other
    /// reference meanwhile.
    #[allow(
        clippy::mut_from_ref,
        reason = "exclusive use is granted by the ledger"
    )]
    pub unsafe fn exclusive(&self, slot: usize) -> &mut T {
        // SAFETY: an exclusive grant admits nobody else to the slot, and the caller makes no other reference.
        unsafe { &mut *self.values[slot].get() }
    }
}

/// A user's access to a resource. It is no count of its own: the users have one together.
#[derive(Debug)]
pub(crate) struct Used<T: Send + 'static>(ManuallyDrop<Arc<Slots<T>>>);

impl<T: Send + 'static> Used<T> {
    /// # Safety
    ///
    /// There is a use of the resource, in its ledger or alone, that goes on until what is returned is not used any more.
    #[inline]
    pub unsafe fn new(slots: &Arc<Slots<T>>) -> Self {
        // SAFETY: a copy of the handle is not dropped, so that counts stay right. It is used only while there is a user;
        // until the last of them has gone, the books have a count.
        Used(ManuallyDrop::new(unsafe { std::ptr::read(slots) }))
    }

    /// A count, for what goes on when the use is over.
    #[inline]
    pub fn counted(&self) -> Arc<Slots<T>> {
        Arc::clone(&self.0)
    }
}

impl<T: Send + 'static> Deref for Used<T> {
    type Target = Slots<T>;

    #[inline]
    fn deref(&self) -> &Slots<T> {
        &self.0
    }
}

impl<T: Send + 'static> fmt::Debug for Slots<T> {
    /// Tells what can be told without a lock or a grant.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resource")
            .field("name", &self.core.name.get())
            .field("slots", &self.values.len())
            .finish_non_exhaustive()
    }
}

impl<T: Send + 'static> Drop for Slots<T> {
    /// A device may still touch the values: then they are dropped once it is done.
    fn drop(&mut self) {
        let pending = self.core.ledger().take_pending();
        if !pending.is_empty() {
            let values = std::mem::take(&mut self.values);
            reaper::drop_after(values, pending);
        }
    }
}
