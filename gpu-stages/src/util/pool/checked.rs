//! Pools under a model checker: each execution of a model has its own, which ends with it.

use super::record::{Node, Pool, Recycle};
use crate::util::primitives::{Mutex, lock, unpoisoned};

/// Declares what stands for a static pool: what it holds belongs to one execution of a model.
macro_rules! static_pool {
    ($name:ident: $record:ty) => {
        #[cfg(loom)]
        loom::lazy_static! {
            static ref $name: Pool<$record> = Pool::default();
        }
        #[cfg(shuttle)]
        shuttle::lazy_static! {
            static ref $name: Pool<$record> = Pool::default();
        }
    };
}
pub(crate) use static_pool;

impl<T: Recycle> Default for Pool<T> {
    fn default() -> Self {
        Pool {
            free: Mutex::default(),
            all: Mutex::default(),
        }
    }
}

impl<T: Recycle> Pool<T> {
    /// A free record, if there is one.
    pub(super) fn spare(&self) -> Option<&'static Node<T>> {
        lock(&self.free).pop()
    }

    /// The record is free.
    pub(super) fn give_back(&self, node: &'static Node<T>) {
        lock(&self.free).push(node);
    }
}

impl<T: Recycle> Drop for Pool<T> {
    /// Frees the free records: millions of executions follow each other.
    fn drop(&mut self) {
        for node in unpoisoned(self.free.get_mut()).drain(..) {
            let node = std::ptr::from_ref::<Node<T>>(node).cast_mut();
            // SAFETY: the node was leaked from a box by `Pool::grow`. It is free, so there is no handle to it, and the
            // execution that could list the pool's records is over.
            drop(unsafe { Box::from_raw(node) });
        }
    }
}
