//! [`Tracked`]: the membership of a memory in a hazard checker.

use super::keys::MemoryKey;
use crate::observe::MemoryId;
use crate::util::primitives::Arc;
use std::fmt::Debug;

/// Is told when a memory is freed.
pub(super) trait Frees: Debug + Send + Sync {
    fn freed(&self, memory: MemoryKey);
}

/// The membership of a memory in a hazard checker. It ends when the memory is freed.
#[derive(Debug)]
pub(in crate::cpu) struct Tracked {
    /// The number of the checker.
    pub(super) watcher: u64,
    pub(super) key: MemoryKey,
    pub(super) frees: Arc<dyn Frees>,
}

impl Tracked {
    pub fn id(&self) -> MemoryId {
        self.key.into()
    }
}

impl Drop for Tracked {
    fn drop(&mut self) {
        self.frees.freed(self.key);
    }
}
