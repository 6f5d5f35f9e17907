//! The synchronisation primitives of the core, in one place so that a model checker can stand in for `std`: loom
//! under `--cfg loom`, shuttle under `--cfg shuttle`.

#[cfg(loom)]
use loom as provider;
#[cfg(shuttle)]
use shuttle as provider;
#[cfg(not(any(loom, shuttle)))]
use std as provider;

pub(crate) use provider::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, AtomicUsize, Ordering};
pub(crate) use provider::sync::{Condvar, Mutex, MutexGuard};
pub(crate) use provider::{thread, thread_local};
// Always those of `std`: there is nothing of this crate's to check in how they count and when they are set.
pub(crate) use std::sync::{Arc, OnceLock};
use std::sync::{LockResult, PoisonError};
// For statics: always those of `std`, because a model checker's are not made in constants, and belong to one
// execution of a model.
pub(crate) use std::sync::atomic::{AtomicBool as StaticBool, AtomicU64 as StaticU64};
pub(crate) use std::sync::{
    Condvar as StaticCondvar, Mutex as StaticMutex, MutexGuard as StaticGuard,
};

/// Locks `mutex`.
#[inline]
pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    unpoisoned(mutex.lock())
}

/// No user code runs under a lock of this crate, so a poisoned one holds consistent data.
#[inline]
pub(crate) fn unpoisoned<G>(locked: LockResult<G>) -> G {
    locked.unwrap_or_else(PoisonError::into_inner)
}

/// As [`lock`], for a static.
pub(crate) fn lock_static<T: ?Sized>(mutex: &StaticMutex<T>) -> StaticGuard<'_, T> {
    unpoisoned(mutex.lock())
}
