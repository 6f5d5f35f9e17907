//! [`Slots`]: the values of a resource, and the only place that makes references to them.

use super::core::Core;
use crate::sync::deferred_drop;
use crate::util::primitives::OnceLock;
use std::cell::UnsafeCell;
use std::fmt;

/// The slots of a resource.
///
/// The state in `core` grants a slot to several readers or to one exclusive use, from grant to release. The references made
/// here rely on that and on nothing else.
pub(crate) struct Slots<T: Send + 'static> {
    pub core: Core,
    values: Box<[UnsafeCell<T>]>,
    /// Fills a new version with the debug pattern before the host uses it first. Set if a device wants it.
    pub debug_fill: OnceLock<fn(&mut T)>,
}

// SAFETY: a `&Slots` gives `&T` to readers and `&mut T` to one exclusive use at a time, as a lock does. Several threads can
// hold `&T` at once only through read requests, which demand `T: Sync`. The other fields are `Sync` by themselves
// (`assert_shareable`).
unsafe impl<T: Send + 'static> Sync for Slots<T> {}

/// Compiles only while everything in [`Slots`] but the values is `Sync` by itself.
const fn assert_shareable<T: Sync>() {}
const _: () = assert_shareable::<(Core, OnceLock<fn(&mut ())>)>();

impl<T: Send + 'static> Slots<T> {
    pub fn new(values: Vec<T>) -> Self {
        Slots {
            core: Core::new(values.len()),
            values: values.into_iter().map(UnsafeCell::new).collect(),
            debug_fill: OnceLock::new(),
        }
    }

    /// # Safety
    ///
    /// The caller holds a grant of `slot` for as long as the reference lives, and makes no `&mut` meanwhile.
    #[inline]
    pub unsafe fn shared(&self, slot: usize) -> &T {
        // SAFETY: under a grant no other use is exclusive, and the caller makes no `&mut`.
        unsafe { &*self.values[slot].get() }
    }

    /// # Safety
    ///
    /// The caller holds an exclusive grant of `slot` for as long as the reference lives, and makes no other reference
    /// meanwhile.
    #[allow(clippy::mut_from_ref, reason = "the grant is exclusive")]
    #[inline]
    pub unsafe fn exclusive(&self, slot: usize) -> &mut T {
        // SAFETY: an exclusive grant is the only one of the slot, and the caller makes no other reference.
        unsafe { &mut *self.values[slot].get() }
    }
}

impl<T: Send + 'static> fmt::Debug for Slots<T> {
    /// Shows no value: that would need a grant.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resource")
            .field("name", &self.core.name.get())
            .field("slots", &self.values.len())
            .finish_non_exhaustive()
    }
}

impl<T: Send + 'static> Drop for Slots<T> {
    /// Values that a device may still use are dropped when it is done with them, each by itself.
    fn drop(&mut self) {
        let pending = self.core.take_pending();
        let values = std::mem::take(&mut self.values).into_iter();
        deferred_drop::drop_each_after(values.zip(pending));
    }
}
