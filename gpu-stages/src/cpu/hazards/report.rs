//! [`Hazard`]: two accesses that nothing orders, and the synchronisation that is missing.

use crate::error::Origin;
use crate::util::primitives::Arc;
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

/// Two conflicting accesses that no synchronisation orders: on some timing of the devices they overlap, or
/// happen in the other order.
///
/// It displays as one sentence, in the manner of the Vulkan synchronization validation layer:
///
/// ```text
/// read after write: `compute.launch` of `process` (call 7) on queue 2 reads `d_in`[0] in bytes 0..4096; nothing
/// orders it after `up.upload` of `process` (call 7) on queue 1, which writes it in bytes 0..4096: a wait of
/// queue 2 for that command is missing
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Hazard {
    /// The kind of hazard.
    pub kind: Kind,
    /// The resource: its own name, or the name of the parameter of its first use.
    pub resource: Arc<str>,
    /// The slot of the resource.
    pub slot: usize,
    /// The bytes that both touch.
    pub bytes: Range<usize>,
    /// The access that comes first when the calls run one after another.
    pub earlier: Party,
    /// The access that comes second, and must be ordered after the first.
    pub later: Party,
}

/// The kinds of hazards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A read may miss what was written before, or see it half written.
    ReadAfterWrite,
    /// A write or a free may destroy data before it is read.
    WriteAfterRead,
    /// Of two writes, or a write and a free, the earlier may come last.
    WriteAfterWrite,
}

/// One of the two accesses of a [`Hazard`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Party {
    /// The command, or the use by the host.
    pub doer: Doer,
    /// What it does with the bytes.
    pub action: Action,
    /// All bytes that it accesses.
    pub bytes: Range<usize>,
}

/// A command, or a use by the host.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Doer {
    /// The command's name, `host` for a use by the host, or the name given in a [`Trace`](super::Trace).
    pub name: Cow<'static, str>,
    /// The stage that it belongs to, if any.
    pub origin: Option<Origin>,
    /// Where it happens.
    pub place: Place,
}

/// Where an access happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Place {
    /// On the queue of this number.
    OnQueue(u64),
    /// On the host.
    Host,
}

/// What an access does with memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Action {
    /// It is read.
    Read,
    /// It is written, and perhaps read.
    Write,
    /// It is freed.
    Free,
}

impl Kind {
    pub(super) fn of(earlier: Action, later: Action) -> Self {
        match (earlier, later) {
            (_, Action::Read) => Kind::ReadAfterWrite,
            (Action::Read, _) => Kind::WriteAfterRead,
            _ => Kind::WriteAfterWrite,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::ReadAfterWrite => "read after write",
            Kind::WriteAfterRead => "write after read",
            Kind::WriteAfterWrite => "write after write",
        })
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Action::Read => "reads",
            Action::Write => "writes",
            Action::Free => "frees",
        })
    }
}

impl fmt::Display for Doer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.origin {
            Some(origin) => {
                // The manual interface has no stages.
                let manual = origin.stage == origin.pipeline;
                let what = if manual { &*self.name } else { origin.stage };
                write!(
                    f,
                    "`{what}` of `{}` (call {})",
                    origin.pipeline, origin.call
                )?;
            }
            None => write!(f, "`{}`", self.name)?,
        }
        match self.place {
            Place::OnQueue(queue) => write!(f, " on queue {queue}"),
            Place::Host => f.write_str(" on the host"),
        }
    }
}

impl Party {
    /// Nothing for a free, which is of all bytes.
    fn write_bytes(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.action {
            Action::Free => Ok(()),
            _ => write!(f, " in bytes {}..{}", self.bytes.start, self.bytes.end),
        }
    }
}

impl fmt::Display for Hazard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Hazard { earlier, later, .. } = self;
        write!(f, "{}: {} {} ", self.kind, later.doer, later.action)?;
        write!(f, "`{}`[{}]", self.resource, self.slot)?;
        later.write_bytes(f)?;
        f.write_str("; nothing orders it after ")?;
        write!(f, "{}, which {} it", earlier.doer, earlier.action)?;
        earlier.write_bytes(f)?;
        f.write_str(": ")?;
        match (earlier.doer.place, later.doer.place) {
            (Place::OnQueue(_), Place::OnQueue(queue)) => {
                write!(f, "a wait of queue {queue} for that command is missing")
            }
            (Place::OnQueue(_), Place::Host) => {
                f.write_str("a wait of the host for that command is missing")
            }
            (Place::Host, _) => f.write_str("that use was not released to this one"),
        }
    }
}
