//! The synchronisation primitives of the core, in one place so that a model checker can replace those of `std`: loom
//! under `--cfg loom`, shuttle under `--cfg shuttle`.

#[cfg(loom)]
use loom as provider;
#[cfg(shuttle)]
use shuttle as provider;
#[cfg(not(any(loom, shuttle)))]
use std as provider;

pub(crate) use provider::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
pub(crate) use provider::sync::{Condvar, Mutex, MutexGuard};
pub(crate) use provider::{thread, thread_local};
// Always those of `std`: the library checks nothing about how they count and when they are set.
pub(crate) use std::sync::{Arc, OnceLock, Weak};
use std::sync::{LockResult, PoisonError};
// For statics, always those of `std`: a model checker's primitives cannot be made in constants, and belong to one execution
// of a model. No path of the core may depend on the value of such a static, or executions would differ.
pub(crate) use std::sync::atomic::{
    AtomicBool as StaticBool, AtomicU32 as StaticU32, AtomicU64 as StaticU64,
};
pub(crate) use std::sync::{
    Condvar as StaticCondvar, Mutex as StaticMutex, MutexGuard as StaticGuard,
};

/// Locks `mutex`.
#[inline]
pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    unpoisoned(mutex.lock())
}

/// User code never runs under a lock of this crate, so a poisoned lock still holds consistent data.
#[inline]
pub(crate) fn unpoisoned<G>(locked: LockResult<G>) -> G {
    locked.unwrap_or_else(PoisonError::into_inner)
}

/// Locks a static `mutex`.
pub(crate) fn lock_static<T: ?Sized>(mutex: &StaticMutex<T>) -> StaticGuard<'_, T> {
    unpoisoned(mutex.lock())
}
