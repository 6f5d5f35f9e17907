//! Reference-counted records that are used again instead of freed.
//!
//! Calls and events come and go with every frame. Their records are taken from a pool and return to it with
//! the last handle, so that a steady state allocates nothing. A pool grows to the greatest number of records
//! that were ever alive together and never shrinks.

use crate::sync::{AtomicUsize, Mutex, Ordering, lock};
use std::ops::Deref;

/// A record that can be emptied and used again.
pub trait Recycle: Send + Sync + Sized + 'static {
    /// The pool that records of this type live in.
    fn pool() -> &'static Pool<Self>;

    /// A new, empty record; used when the pool has none to spare.
    fn fresh() -> Self;

    /// Empties the record. Nobody else holds it.
    fn recycle(&self);
}

/// The records of one type that nobody holds.
#[derive(Debug)]
pub struct Pool<T: 'static> {
    free: Mutex<Vec<&'static Node<T>>>,
}

/// A pooled record and the number of handles to it.
#[derive(Debug)]
pub struct Node<T> {
    handles: AtomicUsize,
    value: T,
}

impl<T: Recycle> Pool<T> {
    /// An empty pool.
    #[allow(
        clippy::new_without_default,
        reason = "a pool is a static, and `Default` is not const"
    )]
    pub const fn new() -> Self {
        Pool {
            free: Mutex::new(Vec::new()),
        }
    }
}

impl<T: Recycle> Node<T> {
    /// Counts one more handle.
    pub(crate) fn retain(&self) {
        // Relaxed: whoever retains already holds a handle.
        self.handles.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts one handle less; the last one empties the record and returns it to its pool.
    pub(crate) fn release(&'static self) {
        if self.handles.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.value.recycle();
            lock(&T::pool().free).push(self);
        }
    }

    /// One more handle, unless there is none left. By now the record may stand for something else.
    #[cfg(feature = "opencl")]
    pub(crate) fn upgrade(&'static self) -> Option<Pooled<T>> {
        let more = |handles: usize| (handles > 0).then(|| handles + 1);
        let handles = &self.handles;
        let counted = handles.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
        counted.ok().map(|_| Pooled(self))
    }

    pub(crate) fn value(&self) -> &T {
        &self.value
    }
}

/// A counted handle to a pooled record.
#[derive(Debug)]
pub struct Pooled<T: Recycle>(&'static Node<T>);

impl<T: Recycle> Pooled<T> {
    /// Takes an empty record from the pool.
    pub fn take() -> Self {
        let spare = lock(&T::pool().free).pop();
        let node = spare.unwrap_or_else(|| {
            Box::leak(Box::new(Node {
                handles: AtomicUsize::new(0),
                value: T::fresh(),
            }))
        });
        node.retain();
        Pooled(node)
    }

    /// The node, which is never freed.
    #[cfg(feature = "opencl")]
    pub(crate) fn node(&self) -> &'static Node<T> {
        self.0
    }

    /// The node, its count still including this handle: whoever calls must release it.
    pub(crate) fn into_node(self) -> &'static Node<T> {
        let node = self.0;
        std::mem::forget(self);
        node
    }
}

impl<T: Recycle> Clone for Pooled<T> {
    fn clone(&self) -> Self {
        self.0.retain();
        Pooled(self.0)
    }
}

impl<T: Recycle> Drop for Pooled<T> {
    fn drop(&mut self) {
        self.0.release();
    }
}

impl<T: Recycle> Deref for Pooled<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0.value
    }
}
