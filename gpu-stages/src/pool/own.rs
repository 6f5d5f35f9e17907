//! The free records that a thread keeps for itself.

use super::{Node, Pool, Recycle};
use crate::sync::{Mutex, lock};
use std::cell::RefCell;
use std::thread::LocalKey;

/// How many records a thread takes from its pool, or returns to it, at once. It keeps fewer than two times as many.
const BATCH: usize = 8;

/// Free records of one thread. When it ends they are everybody's.
pub struct Own<T: Recycle>(RefCell<Vec<&'static Node<T>>>);

impl<T: Recycle> Own<T> {
    /// None yet.
    #[allow(
        clippy::new_without_default,
        reason = "it is a static, and `Default` is not const"
    )]
    pub const fn new() -> Self {
        Own(RefCell::new(Vec::new()))
    }
}

impl<T: Recycle> Drop for Own<T> {
    fn drop(&mut self) {
        lock(&T::pool().free).append(self.0.get_mut());
    }
}

impl<T: Recycle> Pool<T> {
    /// An empty pool, of which each thread has its `own` records.
    pub const fn new(own: &'static LocalKey<Own<T>>) -> Self {
        Pool {
            free: Mutex::new(Vec::new()),
            all: Mutex::new(Vec::new()),
            own,
        }
    }

    /// A free record, if there is one.
    pub(super) fn spare(&'static self) -> Option<&'static Node<T>> {
        let take = |own: &Own<T>| {
            let mut own = own.0.borrow_mut();
            if own.is_empty() {
                let mut free = lock(&self.free);
                let rest = free.len().saturating_sub(BATCH);
                own.extend(free.drain(rest..));
            }
            own.pop()
        };
        // A thread that ends has none of its own any more.
        let taken = self.own.try_with(take);
        taken.unwrap_or_else(|_| lock(&self.free).pop())
    }

    /// The record is free.
    pub(super) fn give_back(&'static self, node: &'static Node<T>) {
        let keep = |own: &Own<T>| {
            let mut own = own.0.borrow_mut();
            own.push(node);
            if own.len() == 2 * BATCH {
                lock(&self.free).extend(own.drain(BATCH..));
            }
        };
        if self.own.try_with(keep).is_err() {
            lock(&self.free).push(node);
        }
    }
}
