//! [`Pass`]: the right to use one value in commands on one queue.

use crate::call::Use;
use crate::observe::{self, Interest, MemoryId, Observation};
use crate::sync::access::Access;
use crate::sync::clock::QueueId;

/// The right to use one value in commands on one queue. Every view carries it and every command checks it.
#[derive(Clone, Debug)]
pub struct Pass {
    usage: Use,
    queue: QueueId,
}

impl Pass {
    pub(crate) fn new(usage: Use, queue: QueueId) -> Self {
        Pass { usage, queue }
    }

    pub(crate) fn usage(&self) -> &Use {
        &self.usage
    }

    pub(crate) fn queue(&self) -> QueueId {
        self.queue
    }

    /// Tells observers that the value has this memory, if an observer follows it.
    #[inline]
    pub(crate) fn observe_memory(&self, memory: impl FnOnce() -> Option<MemoryId>) {
        if !observe::wants(Interest::USES) {
            return;
        }
        if let Some(memory) = memory() {
            let id = self.usage.id();
            observe::emit(Interest::USES, || Observation::MemoryHeld { id, memory });
        }
    }
}

/// One view that a command accesses, and how.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ViewAccess<'a> {
    pub pass: &'a Pass,
    pub access: Access,
}
