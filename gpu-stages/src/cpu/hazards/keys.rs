//! Names of the parts of a [`Trace`](super::Trace), and of its accesses.

use super::report::Action;
use crate::observe::MemoryId;
use std::ops::Range;

macro_rules! keys {
    ($($(#[$docs:meta])* $key:ident;)+) => {$(
        $(#[$docs])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $key(pub(super) u64);
    )+};
}

keys! {
    /// An in-order queue.
    QueueKey;
    /// The host's side of one call: what it does happens in order.
    ActorKey;
    /// A block of memory.
    MemoryKey;
    /// A slot of a resource, which calls use one after another.
    LockKey;
    /// The end of a command.
    EventKey;
    /// A use of memory by the host.
    UseKey;
}

impl From<MemoryId> for MemoryKey {
    fn from(id: MemoryId) -> Self {
        MemoryKey(id.0)
    }
}

impl From<MemoryKey> for MemoryId {
    fn from(key: MemoryKey) -> Self {
        MemoryId(key.0)
    }
}

/// One access to a memory.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Access {
    /// The memory.
    pub memory: MemoryKey,
    /// The bytes that are touched.
    pub bytes: Range<usize>,
    /// What is done with them.
    pub action: Action,
}

impl Access {
    /// Reads these bytes.
    pub fn read(memory: MemoryKey, bytes: Range<usize>) -> Self {
        Access {
            memory,
            bytes,
            action: Action::Read,
        }
    }

    /// Writes these bytes, and perhaps reads them.
    pub fn write(memory: MemoryKey, bytes: Range<usize>) -> Self {
        Access {
            memory,
            bytes,
            action: Action::Write,
        }
    }

    pub(super) fn free(memory: MemoryKey) -> Self {
        Access {
            memory,
            bytes: 0..usize::MAX,
            action: Action::Free,
        }
    }
}

/// How a call has its turn on a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Beside other readers.
    Shared,
    /// Alone.
    Exclusive,
}
