//! Reference-counted records that are used again instead of freed.
//!
//! Calls and events come and go with every frame. Their records are taken from a pool and return to it with
//! the last handle, so that a steady state allocates nothing. A pool grows to the greatest number of records
//! that were ever alive together, and a few for each thread, and never shrinks.
//!
//! Each thread keeps a few free records for itself, so that threads do not meet at the pool with every command.

#[cfg(any(loom, shuttle))]
pub(crate) mod checked;
#[cfg(all(test, loom))]
mod models;
#[cfg(not(any(loom, shuttle)))]
mod own;

use crate::sync::{AtomicUsize, Mutex, OnceLock, Ordering, lock};
#[cfg(not(any(loom, shuttle)))]
pub use own::Own;
use std::fmt;
use std::ops::Deref;
#[cfg(not(any(loom, shuttle)))]
use std::thread::LocalKey;

/// A record that can be emptied and used again.
pub trait Recycle: Send + Sync + Sized + 'static {
    /// What handles that do not know the record's type see of it; `()` where there are none.
    type Object: ?Sized + Send + Sync + 'static;

    /// The pool that records of this type live in.
    fn pool() -> &'static Pool<Self>;

    /// A new, empty record; used when the pool has none to spare.
    fn fresh() -> Self;

    /// Empties the record. Nobody else holds it.
    fn recycle(&self);
}

/// The records of one type that nobody holds.
pub struct Pool<T: Recycle> {
    free: Mutex<Vec<&'static Node<T>>>,
    all: Mutex<Vec<&'static Node<T>>>,
    #[cfg(not(any(loom, shuttle)))]
    own: &'static LocalKey<Own<T>>,
}

/// The part of a record that is the same for all types with one `Object`.
pub struct Head<O: ?Sized + 'static> {
    handles: AtomicUsize,
    object: OnceLock<&'static O>,
}

/// A pooled record and the number of handles to it.
pub struct Node<T: Recycle> {
    head: Head<T::Object>,
    value: T,
}

impl<O: ?Sized> Head<O> {
    /// Counts one more handle.
    pub(crate) fn retain(&self) {
        // Relaxed: whoever retains already holds a handle.
        self.handles.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts one handle less; whether it was the last one.
    pub(crate) fn release(&self) -> bool {
        self.handles.fetch_sub(1, Ordering::AcqRel) == 1
    }

    /// The record as an object, once [`Node::erase`] has made it one.
    pub(crate) fn object(&self) -> &'static O {
        match self.object.get() {
            Some(object) => object,
            None => unreachable!("a head is handed out by `erase`"),
        }
    }
}

/// Declares the static that is the pool of a type.
macro_rules! static_pool {
    ($name:ident: $record:ty) => {
        #[cfg(not(any(loom, shuttle)))]
        static $name: Pool<$record> = {
            std::thread_local! {
                static OWN: $crate::pool::Own<$record> = const { $crate::pool::Own::new() };
            }
            Pool::new(&OWN)
        };
        #[cfg(any(loom, shuttle))]
        crate::pool::checked::static_pool!($name: $record);
    };
}
pub(crate) use static_pool;

impl<T: Recycle> Pool<T> {
    /// All records that somebody holds.
    pub(crate) fn alive(&'static self) -> Vec<Pooled<T>> {
        let all = lock(&self.all).clone();
        all.into_iter().filter_map(Node::upgrade).collect()
    }

    fn grow(&'static self) -> &'static Node<T> {
        let node = &*Box::leak(Box::new(Node {
            head: Head {
                handles: AtomicUsize::new(0),
                object: OnceLock::new(),
            },
            value: T::fresh(),
        }));
        lock(&self.all).push(node);
        node
    }
}

impl<T: Recycle> Node<T> {
    /// Empties the record and returns it to its pool: there is no handle left.
    pub(crate) fn free(&'static self) {
        self.value.recycle();
        T::pool().give_back(self);
    }

    /// The head, from which `object` is reached.
    pub(crate) fn erase(&'static self, object: &'static T::Object) -> &'static Head<T::Object> {
        self.head.object.get_or_init(|| object);
        &self.head
    }

    /// One more handle, unless there is none left. By now the record may stand for something else.
    pub(crate) fn upgrade(&'static self) -> Option<Pooled<T>> {
        let more = |handles: usize| (handles > 0).then(|| handles + 1);
        let handles = &self.head.handles;
        // Acquire: see `Pooled::take`.
        let counted = handles.fetch_update(Ordering::Acquire, Ordering::Relaxed, more);
        counted.ok().map(|_| Pooled(self))
    }

    pub(crate) fn value(&self) -> &T {
        &self.value
    }
}

/// A counted handle to a pooled record.
pub struct Pooled<T: Recycle>(&'static Node<T>);

impl<T: Recycle> Pooled<T> {
    /// Takes an empty record from the pool.
    #[inline]
    pub fn take() -> Self {
        let spare = T::pool().spare();
        let node = spare.unwrap_or_else(|| T::pool().grow());
        // Release: whoever finds the record by this handle sees that it was emptied before. Nobody else counts:
        // there is no handle to count from.
        node.head.handles.store(1, Ordering::Release);
        Pooled(node)
    }

    /// The node, which is never freed.
    pub(crate) fn node(&self) -> &'static Node<T> {
        self.0
    }

    /// The node, its count still including this handle: whoever calls must let it go.
    pub(crate) fn into_node(self) -> &'static Node<T> {
        let node = self.0;
        std::mem::forget(self);
        node
    }
}

/// Handles to one record that were counted together, and are given out one by one.
pub struct Handles<T: Recycle> {
    node: &'static Node<T>,
    left: usize,
}

impl<T: Recycle> Pooled<T> {
    /// `count` more handles.
    #[inline]
    pub(crate) fn times(&self, count: usize) -> Handles<T> {
        // Relaxed: as in `retain`.
        self.0.head.handles.fetch_add(count, Ordering::Relaxed);
        Handles {
            node: self.0,
            left: count,
        }
    }
}

impl<T: Recycle> Handles<T> {
    /// The next one.
    #[inline]
    pub(crate) fn next(&mut self) -> Option<Pooled<T>> {
        self.left = self.left.checked_sub(1)?;
        Some(Pooled(self.node))
    }
}

impl<T: Recycle> Drop for Handles<T> {
    #[inline]
    fn drop(&mut self) {
        while self.next().is_some() {}
    }
}

impl<T: Recycle + fmt::Debug> fmt::Debug for Node<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<T: Recycle + fmt::Debug> fmt::Debug for Pooled<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T: Recycle> Clone for Pooled<T> {
    fn clone(&self) -> Self {
        self.0.head.retain();
        Pooled(self.0)
    }
}

impl<T: Recycle> Drop for Pooled<T> {
    fn drop(&mut self) {
        if self.0.head.release() {
            self.0.free();
        }
    }
}

impl<T: Recycle> Deref for Pooled<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0.value
    }
}
