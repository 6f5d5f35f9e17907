//! What a queue keeps for commands that may still run: the host memory that they use, and the events of commands that
//! nothing else asks about any more. Plain data; the driver is asked elsewhere (`aftercare.rs`).

use super::cl::ClEvent;
use crate::error::Origin;
use crate::sync::clock::{Position, QueueId};
use crate::util::primitives::{Arc, AtomicBool, Mutex, MutexGuard, Ordering, lock};
use smallvec::SmallVec;
use std::any::Any;
use std::collections::VecDeque;

/// Where a command stands. No two commands have the same place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub queue: QueueId,
    pub position: Position,
}

/// A command whose last handle was dropped before its end was seen. What it did may be relied on all the same: by a
/// later command of the same queue.
#[derive(Debug)]
pub(super) struct Unseen {
    pub position: Position,
    pub native: ClEvent,
    pub origin: Option<Origin>,
    /// The commands whose data it uses.
    pub data: SmallVec<[Place; 2]>,
}

/// A handle to host memory, whatever its type.
type HostMemory = Arc<dyn Any + Send + Sync>;

/// In the order of the queue.
#[derive(Debug, Default)]
pub(super) struct Leftovers {
    has_any: AtomicBool,
    /// Whether the thread of events looks after the queue.
    is_looked_after: AtomicBool,
    lists: Mutex<Lists>,
}

#[derive(Debug, Default)]
pub(super) struct Lists {
    /// Host memory, with the last number that its command can have.
    pub memory: VecDeque<(u64, HostMemory)>,
    pub unseen: VecDeque<Unseen>,
    /// A marker behind everything up to this number.
    pub probe: Option<(ClEvent, u64)>,
    /// The first number that was there at the last look.
    last_first: u64,
}

impl Lists {
    /// Whether the first that is kept was there at the last look already.
    pub fn is_old(&mut self) -> bool {
        let memory = self.memory.front().map(|(position, _)| *position);
        let unseen = self.unseen.front().map(|unseen| unseen.position.latest);
        let first = memory.into_iter().chain(unseen).min().unwrap_or(0);
        std::mem::replace(&mut self.last_first, first) == first
    }
}

impl Leftovers {
    pub fn has_any(&self) -> bool {
        self.has_any.load(Ordering::Acquire)
    }

    pub fn lists(&self) -> MutexGuard<'_, Lists> {
        lock(&self.lists)
    }

    /// Keeps the host memory of the command at `position`.
    pub fn keep(&self, position: Position, memory: HostMemory) {
        let mut lists = self.lists();
        let before = |(kept, _): &(u64, _)| *kept <= position.latest;
        let index = lists.memory.partition_point(before);
        lists.memory.insert(index, (position.latest, memory));
        self.has_any.store(true, Ordering::Release);
    }

    /// Keeps the event of a command.
    pub fn leave(&self, unseen: Unseen) {
        let mut lists = self.lists();
        let before = |kept: &Unseen| kept.position.latest <= unseen.position.latest;
        let index = lists.unseen.partition_point(before);
        lists.unseen.insert(index, unseen);
        self.has_any.store(true, Ordering::Release);
    }

    /// Takes out the memory of all commands up to number `over`, to be dropped when no lock is held.
    pub fn release(&self, over: u64) -> impl Sized + use<> {
        let mut lists = self.lists();
        let released = lists
            .memory
            .partition_point(|(position, _)| *position <= over);
        let released: SmallVec<[_; 4]> = lists.memory.drain(..released).collect();
        self.note_rest(&lists);
        released
    }

    /// Notes whether anything is left.
    pub fn note_rest(&self, lists: &Lists) {
        let has_any = !lists.memory.is_empty() || !lists.unseen.is_empty();
        self.has_any.store(has_any, Ordering::Release);
    }

    /// Whether the queue was not looked after before.
    pub fn begin_aftercare(&self) -> bool {
        !self.is_looked_after.swap(true, Ordering::AcqRel)
    }

    pub fn end_aftercare(&self) {
        self.is_looked_after.store(false, Ordering::Release);
    }
}
