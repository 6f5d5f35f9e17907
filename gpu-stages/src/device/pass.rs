//! [`Pass`]: the right to use one value in commands on one queue.

use crate::call::Use;
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
}

/// One view that a command accesses, and how.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ViewAccess<'a> {
    pub pass: &'a Pass,
    pub access: Access,
}
