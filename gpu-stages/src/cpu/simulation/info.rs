//! What a simulation tells of its commands.

use crate::backend::Command;
use crate::cpu::entry::Entry;
use crate::cpu::timing::size;
use crate::error::Origin;
use crate::sync::clock::QueueId;

pub(super) type Fails = dyn Fn(&CommandInfo<'_>) -> bool + Send + Sync;

/// Something that can be done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ready {
    /// The next command of this queue.
    Command(QueueId),
    /// The end of a [`HostWork`](super::HostWork).
    HostWork,
}

/// A command that is about to run.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CommandInfo<'a> {
    /// How many commands were enqueued before it on all queues of the simulation, markers and barriers included.
    pub number: u64,
    /// Its queue.
    pub queue: QueueId,
    /// `upload`, `download`, `copy`, `fill`, `launch`, `marker` or `barrier`.
    pub name: &'static str,
    /// The name of the kernel that is launched.
    pub kernel: Option<&'a str>,
    /// Bytes that are transferred, copied or filled; work-items of a launch; 0 of others.
    pub size: usize,
    /// The stage that enqueued it, if a stage did.
    pub origin: Option<Origin>,
}

impl<'a> CommandInfo<'a> {
    pub(super) fn new(number: u64, queue: QueueId, entry: &'a Entry) -> Self {
        CommandInfo {
            number,
            queue,
            name: entry.command.name(),
            kernel: match &entry.command {
                Command::Launch(kernel, ..) => Some(kernel.name()),
                _ => None,
            },
            size: size(&entry.command),
            origin: entry.origin(),
        }
    }
}
