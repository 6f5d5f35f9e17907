//! The records, the handles to them, and the pool that free records return to.

use crate::util::primitives::{AtomicUsize, Mutex, OnceLock, Ordering, lock};
#[cfg(not(any(loom, shuttle)))]
use std::cell::RefCell;
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

    /// Empties the record. There is no handle to it.
    fn recycle(&self);
}

/// The records of one type.
pub struct Pool<T: Recycle> {
    pub(super) free: Mutex<Vec<&'static Node<T>>>,
    pub(super) all: Mutex<Vec<&'static Node<T>>>,
    #[cfg(not(any(loom, shuttle)))]
    local: &'static LocalKey<FreeList<T>>,
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
    /// Counts one more handle. Ends the process when the count would overflow, as `Arc` does: a count that wraps would
    /// free a record that is in use, and forgotten handles can make any count.
    #[inline]
    pub(crate) fn retain(&self) {
        // Relaxed: the caller already holds a handle.
        let before = self.handles.fetch_add(1, Ordering::Relaxed);
        if before > isize::MAX as usize {
            std::process::abort();
        }
    }

    /// Counts one handle less. Returns whether it was the last one.
    #[inline]
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

impl<T: Recycle> Pool<T> {
    /// All records to which there are handles.
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

    /// One more handle, unless there is none left. The record may have been used again since the node was found.
    pub(crate) fn upgrade(&'static self) -> Option<Pooled<T>> {
        let more = |handles: usize| (handles > 0).then(|| handles + 1);
        let handles = &self.head.handles;
        // Acquire: pairs with `Pooled::take`.
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
        // Release: a thread that finds the record by this handle sees that it was emptied before. A store is enough:
        // without a handle no other thread can count.
        node.head.handles.store(1, Ordering::Release);
        Pooled(node)
    }

    /// The node, which is never freed.
    pub(crate) fn node(&self) -> &'static Node<T> {
        self.0
    }

    /// The node. Its count still includes this handle, which the caller must release.
    pub(crate) fn into_node(self) -> &'static Node<T> {
        let node = self.0;
        std::mem::forget(self);
        node
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
    #[inline]
    fn clone(&self) -> Self {
        self.0.head.retain();
        Pooled(self.0)
    }
}

impl<T: Recycle> Drop for Pooled<T> {
    #[inline]
    fn drop(&mut self) {
        if self.0.head.release() {
            self.0.free();
        }
    }
}

impl<T: Recycle> Deref for Pooled<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.0.value
    }
}

/// How many records a thread takes from its pool, or returns to it, at once. It keeps fewer than two times as many.
#[cfg(not(any(loom, shuttle)))]
const BATCH: usize = 8;

/// Free records of one thread. They return to the pool when the thread ends.
#[cfg(not(any(loom, shuttle)))]
pub struct FreeList<T: Recycle>(RefCell<Vec<&'static Node<T>>>);

#[cfg(not(any(loom, shuttle)))]
impl<T: Recycle> FreeList<T> {
    /// An empty list.
    #[allow(
        clippy::new_without_default,
        reason = "it is a static, and `Default` is not const"
    )]
    pub const fn new() -> Self {
        FreeList(RefCell::new(Vec::new()))
    }
}

#[cfg(not(any(loom, shuttle)))]
impl<T: Recycle> Drop for FreeList<T> {
    fn drop(&mut self) {
        lock(&T::pool().free).append(self.0.get_mut());
    }
}

#[cfg(not(any(loom, shuttle)))]
impl<T: Recycle> Pool<T> {
    /// An empty pool. Each thread keeps free records in its `local` list.
    pub const fn new(local: &'static LocalKey<FreeList<T>>) -> Self {
        Pool {
            free: Mutex::new(Vec::new()),
            all: Mutex::new(Vec::new()),
            local,
        }
    }

    /// A free record, if there is one.
    pub(super) fn spare(&'static self) -> Option<&'static Node<T>> {
        let take = |local: &FreeList<T>| {
            let mut local = local.0.borrow_mut();
            if local.is_empty() {
                let mut free = lock(&self.free);
                let rest = free.len().saturating_sub(BATCH);
                local.extend(free.drain(rest..));
            }
            local.pop()
        };
        // The list of a thread that ends is gone before the thread is.
        let taken = self.local.try_with(take);
        taken.unwrap_or_else(|_| lock(&self.free).pop())
    }

    /// The record is free.
    pub(super) fn give_back(&'static self, node: &'static Node<T>) {
        let keep = |local: &FreeList<T>| {
            let mut local = local.0.borrow_mut();
            local.push(node);
            if local.len() == 2 * BATCH {
                lock(&self.free).extend(local.drain(BATCH..));
            }
        };
        if self.local.try_with(keep).is_err() {
            lock(&self.free).push(node);
        }
    }
}
