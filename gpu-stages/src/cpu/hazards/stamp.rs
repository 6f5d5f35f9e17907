//! [`Stamp`]: what a hazard checker knows of a command, kept with the command's event.

use super::clock::Clock;
use super::keys::{EventKey, MemoryKey};

/// What the event of a command tells a call that saw it to be over.
#[derive(Debug)]
pub(in crate::cpu) struct Stamp {
    /// The number of the checker.
    pub(super) watcher: u64,
    pub(super) event: EventKey,
    pub(super) clock: Clock,
    /// For a barrier or marker, the memories of the opaque uses that it begins or ends.
    pub(super) opaque: Vec<MemoryKey>,
}
