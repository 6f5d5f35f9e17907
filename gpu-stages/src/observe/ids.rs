//! Plain numbers that name calls, uses and slots to observers.

/// One use of a resource, or of an owned value, by a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UseId {
    /// The number of the call.
    pub call: u64,
    /// The number of the use in its call.
    pub number: u32,
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
