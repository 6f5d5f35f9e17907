//! Plain numbers that name calls, uses, slots and memories to observers.

use crate::util::primitives::{Ordering, StaticU64};

/// One use of a resource, or of an owned value, by a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UseId {
    /// The number of the call.
    pub call: u64,
    /// The number of the use in its call.
    pub number: u64,
}

/// The place of a value that uses share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SlotId {
    /// A slot of a resource.
    Slot {
        /// The number of the resource.
        resource: u64,
        /// The index of the slot in its resource.
        index: usize,
    },
    /// The value that this use owns.
    Owned(UseId),
}

/// A memory of a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MemoryId(pub(crate) u64);

impl MemoryId {
    /// An id that no other memory has.
    pub(crate) fn unique() -> Self {
        static NEXT: StaticU64 = StaticU64::new(1);
        MemoryId(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}
