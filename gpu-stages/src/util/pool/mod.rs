//! Reference-counted records that are used again instead of freed.
//!
//! Each frame makes calls, uses and events. Their records are taken from a pool and return to it with the last handle,
//! so that a steady state allocates nothing. A pool grows to the greatest number of records that were ever alive
//! together, plus a few for each thread, and never shrinks.
//!
//! Each thread keeps a short free list of its own, so that threads do not contend for the pool with every command.

#[cfg(any(loom, shuttle))]
pub(crate) mod checked;
#[cfg(all(test, loom))]
mod models;
mod record;

#[cfg(not(any(loom, shuttle)))]
pub use record::FreeList;
pub use record::{Head, Node, Pool, Pooled, Recycle};

/// Declares the static that is the pool of a type.
macro_rules! static_pool {
    ($name:ident: $record:ty) => {
        #[cfg(not(any(loom, shuttle)))]
        static $name: Pool<$record> = {
            std::thread_local! {
                static FREE: $crate::util::pool::FreeList<$record> =
                    const { $crate::util::pool::FreeList::new() };
            }
            Pool::new(&FREE)
        };
        #[cfg(any(loom, shuttle))]
        crate::util::pool::checked::static_pool!($name: $record);
    };
}
pub(crate) use static_pool;
