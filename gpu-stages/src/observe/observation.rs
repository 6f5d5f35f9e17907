//! [`Observation`]: everything that observers are told.

use super::device_times::DeviceTimes;
use super::ids::{MemoryId, SlotId, UseId};
use super::outcome::Outcome;
use crate::error::Origin;
use crate::schedule::Schedule;
use crate::sync::access::Access;
use crate::sync::clock::QueueId;
use crate::sync::event::{Event, What};
use crate::util::primitives::Arc;
use std::time::Duration;

/// The kinds of observations, as bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Interest(pub u32);

impl Interest {
    pub const NONE: Interest = Interest(0);
    /// Calls and stages.
    pub const CALLS: Interest = Interest(1);
    /// Waits of the host.
    pub const WAITS: Interest = Interest(2);
    /// Commands and their times.
    pub const COMMANDS: Interest = Interest(4);
    /// Uses of resources and what orders them.
    pub const USES: Interest = Interest(8);
    /// The beginning of a wait that may last.
    pub const STALLS: Interest = Interest(16);

    pub const fn and(self, other: Interest) -> Interest {
        Interest(self.0 | other.0)
    }

    pub const fn includes(self, other: Interest) -> bool {
        self.0 & other.0 != 0
    }
}

/// What the host waits for before it uses a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Awaited {
    /// The grant: earlier uses have not released it.
    Turn,
    /// Commands on devices that use it.
    Device,
}

/// Something that happened. Observers are called on the thread on which it happened, in the order in which things happen;
/// for one slot that is the order of its uses.
///
/// An observer must not call user code, block, or lock a resource: some observations are made under the lock of one.
#[derive(Debug)]
#[cfg_attr(
    not(feature = "tracing"),
    allow(dead_code, reason = "some of it is for spans alone")
)]
pub(crate) enum Observation<'a> {
    /// A call was made.
    CallBegan {
        call: u64,
        schedule: &'static Schedule,
        is_manual: bool,
    },
    /// The thread begins to run code of the call: its body, a blocking stage, or destructors of what it holds.
    CallEntered { call: u64 },
    /// The thread does not run code of the call any more.
    CallLeft { call: u64 },
    /// The call comes to the stage with this index.
    StageEntered { origin: Origin, stage: usize },
    /// The call's body is over. Its commands may still run.
    BodyEnded { call: u64 },
    /// The call is over.
    CallEnded { call: u64, outcome: Outcome },

    /// The host begins to wait. `moment` is the poll in which it does; 0 if not known.
    WaitBegan {
        id: UseId,
        resource: Arc<str>,
        awaited: Awaited,
        moment: u64,
    },
    /// The host does not wait any more, or had not to wait at all.
    WaitEnded {
        id: UseId,
        awaited: Awaited,
        moment: u64,
    },
    /// A wait begins that may last.
    MayStall,

    /// A command was enqueued.
    CommandEnqueued(&'a EnqueuedCommand),

    /// A use was granted. It need not wait for `completed`, which were left by earlier uses.
    Granted {
        id: UseId,
        slot: SlotId,
        is_shared: bool,
        completed: &'a [Event],
    },
    /// A granted use begins on a queue.
    ReachedQueue {
        id: UseId,
        slot: SlotId,
        is_shared: bool,
        resource: Arc<str>,
        queue: QueueId,
    },
    /// The value of a use that begins on a queue has this memory.
    MemoryHeld { id: UseId, memory: MemoryId },
    /// A call saw these to be over and will not wait for them.
    Completed { call: u64, events: &'a [Event] },
    /// A call awaited these on the host.
    AwaitedOnHost { call: u64, events: &'a [Event] },
    /// The host begins to use the value.
    HostUseBegan {
        id: UseId,
        access: Access,
        origin: Origin,
    },
    /// The host does not use the value any more.
    HostUseEnded { id: UseId },
    /// A granted use ends. Uses to come need not wait for `completed`.
    Released {
        id: UseId,
        slot: SlotId,
        is_shared: bool,
        completed: &'a [Event],
    },
    /// The contents of a resource were accepted. Uses to come need not wait for `completed`.
    PoisonCleared {
        resource: u64,
        completed: &'a [Event],
    },
    /// A resource and all its values are gone.
    ResourceDropped { resource: u64 },
}

impl Observation<'_> {
    /// The kind of the observation.
    pub fn kind(&self) -> Interest {
        match self {
            Observation::CallBegan { .. }
            | Observation::CallEntered { .. }
            | Observation::CallLeft { .. }
            | Observation::StageEntered { .. }
            | Observation::BodyEnded { .. }
            | Observation::CallEnded { .. } => Interest::CALLS,
            Observation::WaitBegan { .. } | Observation::WaitEnded { .. } => Interest::WAITS,
            Observation::MayStall => Interest::STALLS,
            Observation::CommandEnqueued(_) => Interest::COMMANDS,
            Observation::Granted { .. }
            | Observation::ReachedQueue { .. }
            | Observation::MemoryHeld { .. }
            | Observation::Completed { .. }
            | Observation::AwaitedOnHost { .. }
            | Observation::HostUseBegan { .. }
            | Observation::HostUseEnded { .. }
            | Observation::Released { .. }
            | Observation::PoisonCleared { .. }
            | Observation::ResourceDropped { .. } => Interest::USES,
        }
    }
}

/// A command that was enqueued in a stage.
#[derive(Debug)]
pub(crate) struct EnqueuedCommand {
    pub origin: Origin,
    pub queue: QueueId,
    pub what: What,
    /// The times before and after it was enqueued, on the host's clock.
    pub between: (Duration, Duration),
    /// Tells when it runs.
    pub device: Arc<dyn DeviceTimes>,
}
