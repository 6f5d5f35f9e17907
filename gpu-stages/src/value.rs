//! The values of a resource, and the only place that turns a granted use into a reference.

use crate::lease::Lease;
use crate::ledger::Ledger;
use crate::reaper;
use crate::sync::{Arc, AtomicBool, Mutex, OnceLock, Ordering, lock};
use crate::terms::{After, Mode, Parameter};
use crate::track::Track;
use crate::watch::{Adopted, Watch, Watched};
use std::cell::UnsafeCell;
use std::fmt;

/// The part of a resource that does not depend on its type.
pub(crate) struct Core {
    pub name: OnceLock<Arc<str>>,
    pub ledger: Mutex<Ledger>,
    keep_on_failure: AtomicBool,
    /// Set once somebody watches.
    adopted: OnceLock<Adopted>,
}

impl Core {
    /// Has the slots watched from now on.
    pub fn adopt(&self, watch: Arc<dyn Watch>) {
        let slots = lock(&self.ledger).slots();
        self.adopted.get_or_init(|| Adopted::by(watch, slots));
    }

    /// Whether somebody watches.
    #[inline]
    pub fn is_watched(&self) -> bool {
        self.adopted.get().is_some()
    }

    /// The calling thread is going to look at the events of the ledger.
    #[inline]
    pub fn look(&self) {
        if let Some(adopted) = self.adopted.get() {
            adopted.look();
        }
    }

    /// The turn of a user of `slot` has come, after a [`look`](Self::look).
    #[inline]
    pub fn granted(&self, slot: usize, lease: &Lease, mode: Mode) -> Option<Watched> {
        let adopted = self.adopted.get()?;
        Some(adopted.granted(slot, lease, mode))
    }

    /// The account of a use that begins.
    pub fn track(&self, mode: Mode, parameter: Parameter) -> Track {
        // What stays valid whatever happens has no contents to worry about.
        let relies = mode != Mode::Write && !self.keeps_on_failure();
        Track::new(self.name.get().cloned(), parameter, relies)
    }

    /// Accepts the contents of all slots as they are.
    pub fn clear_poison(&self) {
        self.look();
        self.with(|ledger, after| {
            ledger.clear_poison(after);
            if let Some(adopted) = self.adopted.get() {
                adopted.cleared();
            }
        });
    }

    #[inline]
    pub fn keeps_on_failure(&self) -> bool {
        self.keep_on_failure.load(Ordering::Relaxed)
    }

    pub fn keep_on_failure(&self) {
        self.keep_on_failure.store(true, Ordering::Relaxed);
    }

    /// Runs `f` on the ledger; wakes and drops afterwards, outside of the lock.
    #[inline]
    pub fn with<R>(&self, f: impl FnOnce(&mut Ledger, &mut After) -> R) -> R {
        let mut after = After::default();
        let result = f(&mut lock(&self.ledger), &mut after);
        after.run();
        result
    }
}

/// A resource's slots.
///
/// The ledger decides who may use a slot: several readers or one exclusive user, from grant to leave. The
/// references made here rely on that and on nothing else.
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
            core: Core {
                name: OnceLock::new(),
                ledger: Mutex::new(Ledger::new(values.len())),
                keep_on_failure: AtomicBool::new(false),
                adopted: OnceLock::new(),
            },
            values: values.into_iter().map(UnsafeCell::new).collect(),
            spoil: OnceLock::new(),
        }
    }

    /// # Safety
    ///
    /// The caller holds a grant on `slot` for as long as the reference lives, and makes no `&mut` meanwhile.
    pub unsafe fn shared(&self, slot: usize) -> &T {
        // SAFETY: under a grant nobody else has exclusive use of the slot, and the caller makes no `&mut`.
        unsafe { &*self.values[slot].get() }
    }

    /// # Safety
    ///
    /// The caller holds an exclusive grant on `slot` for as long as the reference lives, and makes no other
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
        let pending = lock(&self.core.ledger).take_pending();
        if !pending.is_empty() {
            let values = std::mem::take(&mut self.values);
            reaper::drop_after(values, pending);
        }
    }
}
