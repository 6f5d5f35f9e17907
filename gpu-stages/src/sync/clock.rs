//! The positions of commands on their queues, and what each queue has waited for already.
//!
//! Each queue keeps a short history of its waits. Forgetting an entry costs a wait, never a race.

use crate::util::pool::{Node, Pool, Pooled, Recycle, static_pool};
use crate::util::primitives::{AtomicU64, Mutex, Ordering, StaticU64, lock};
use smallvec::SmallVec;
use std::fmt;

/// Identifies one command queue of this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct QueueId(u64);

impl QueueId {
    /// An id that no other queue has.
    pub fn unique() -> Self {
        static NEXT: StaticU64 = StaticU64::new(1);
        QueueId(NEXT.fetch_add(1, Ordering::Relaxed))
    }

    pub(crate) const fn from_raw(raw: u64) -> Self {
        QueueId(raw)
    }

    pub(crate) const fn into_raw(self) -> u64 {
        self.0
    }
}

impl fmt::Display for QueueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "queue {}", self.0)
    }
}

/// The position of a command on its queue, as an interval: a backend that cannot number its commands exactly reads a
/// counter before and after it enqueues one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    pub(crate) earliest: u64,
    pub(crate) latest: u64,
}

impl Position {
    /// The position of a command whose number is known exactly.
    pub const fn exact(number: u64) -> Self {
        Position {
            earliest: number,
            latest: number,
        }
    }

    /// The command does not come before this number.
    pub const fn earliest(self) -> u64 {
        self.earliest
    }

    /// The command does not come after this number. No other command of the queue has the same.
    pub const fn latest(self) -> u64 {
        self.latest
    }

    /// Whether this is certainly the command at `other` on the same queue, or one before it. No two commands
    /// have the same `latest`.
    pub(crate) fn is_within(self, other: Position) -> bool {
        self.latest <= other.earliest || self.latest == other.latest
    }

    #[cfg_attr(
        not(feature = "opencl"),
        allow(dead_code, reason = "for backends that ask a driver")
    )]
    /// The number up to which everything is complete once this command is.
    pub(crate) fn completes(self) -> u64 {
        // No other command comes between two neighbouring numbers.
        if self.latest - self.earliest <= 1 {
            self.latest
        } else {
            self.earliest
        }
    }
}

/// One wait of a queue: from its own position `since` on, everything on `queue` up to `position` is complete.
#[derive(Clone, Copy, Debug)]
struct Fact {
    queue: QueueId,
    #[cfg_attr(
        not(feature = "opencl"),
        allow(dead_code, reason = "for backends that ask a driver")
    )]
    /// The record of `queue`, which may by now be that of another queue.
    knowledge: &'static Node<Knowledge>,
    position: Position,
    since: Position,
}

/// A few facts; most queues wait for one or two others.
type Facts = SmallVec<[Fact; 4]>;

/// Entries kept for each queue. The oldest is overwritten.
const HISTORY: usize = 16;

/// The latest waits of one queue, as a ring.
#[derive(Debug, Default)]
struct History {
    /// In the order of the waits until it is full.
    facts: Vec<Fact>,
    /// The oldest entry, once it is full.
    oldest: usize,
}

/// What one queue has waited for.
#[derive(Debug)]
pub struct Knowledge {
    /// The queue; 0 while there is none.
    queue: AtomicU64,
    #[cfg_attr(
        not(feature = "opencl"),
        allow(dead_code, reason = "for backends that ask a driver")
    )]
    /// Everything on the queue up to this number is known to be complete.
    completed: AtomicU64,
    history: Mutex<History>,
}

static_pool!(KNOWLEDGE: Knowledge);

impl Recycle for Knowledge {
    type Object = ();

    fn pool() -> &'static Pool<Self> {
        &KNOWLEDGE
    }

    fn fresh() -> Self {
        Knowledge {
            queue: AtomicU64::new(0),
            completed: AtomicU64::new(0),
            history: Mutex::default(),
        }
    }

    fn recycle(&self) {
        self.queue.store(0, Ordering::Relaxed);
        self.completed.store(0, Ordering::Relaxed);
        lock(&self.history).clear();
    }
}

impl Knowledge {
    /// The knowledge of a new queue: nothing.
    pub(crate) fn of(queue: QueueId) -> Pooled<Knowledge> {
        let knowledge = Pooled::<Knowledge>::take();
        knowledge.queue.store(queue.0, Ordering::Relaxed);
        knowledge
    }

    /// Whether everything that is enqueued on this queue from now on is ordered after the command at `position` of
    /// `queue`.
    pub(crate) fn covers(&self, queue: QueueId, position: Position) -> bool {
        lock(&self.history).covers(queue, position)
    }

    /// Whether the command at `at` on this queue was already ordered after the command at `position` of `queue`.
    pub(crate) fn covered_at(&self, at: Position, queue: QueueId, position: Position) -> bool {
        let history = lock(&self.history);
        let mut known = history.facts.iter().filter(|fact| fact.since.is_within(at));
        known.any(|fact| fact.covers(queue, position))
    }

    /// Notes that the command at `since` on this queue waited for the command at `position` of `queue`, and so for
    /// everything that command was ordered after.
    pub(crate) fn learn(
        &self,
        queue: QueueId,
        knowledge: &Pooled<Knowledge>,
        position: Position,
        since: Position,
    ) {
        let own = Fact {
            queue,
            knowledge: knowledge.node(),
            position,
            since,
        };
        // Never two histories under lock at once: two queues may learn from each other.
        let mut inherited = Facts::new();
        lock(&knowledge.history).known_at(position, &mut inherited);
        let mut history = lock(&self.history);
        for fact in inherited {
            history.add(Fact { since, ..fact });
        }
        history.add(own);
    }
}

#[cfg_attr(
    not(feature = "opencl"),
    allow(dead_code, reason = "for backends that ask a driver")
)]
impl Knowledge {
    /// Notes that the command at `position` on this queue was seen to be complete, and with it everything that it was
    /// ordered after, here and on other queues.
    pub(crate) fn saw_complete(&self, position: Position) {
        self.complete_up_to(position);
        let mut known = Facts::new();
        lock(&self.history).known_at(position, &mut known);
        for fact in known {
            let other = fact.knowledge.upgrade();
            if let Some(other) = other.filter(|other| other.is_of(fact.queue)) {
                other.complete_up_to(fact.position);
            }
        }
    }

    /// Whether the command at `position` on this queue is known to be complete.
    pub(crate) fn is_complete(&self, position: Position) -> bool {
        position.latest <= self.completed.load(Ordering::Acquire)
    }

    /// The number up to which everything on this queue is known to be complete.
    pub(crate) fn completed(&self) -> u64 {
        self.completed.load(Ordering::Acquire)
    }

    /// Whether the record still belongs to `queue`.
    fn is_of(&self, queue: QueueId) -> bool {
        // A record is emptied under its lock: after this, the queue that it belongs to now is visible.
        drop(lock(&self.history));
        self.queue.load(Ordering::Relaxed) == queue.into_raw()
    }

    fn complete_up_to(&self, position: Position) {
        self.completed
            .fetch_max(position.completes(), Ordering::AcqRel);
    }
}

impl Fact {
    fn covers(&self, queue: QueueId, position: Position) -> bool {
        self.queue == queue && position.is_within(self.position)
    }
}

impl History {
    fn covers(&self, queue: QueueId, position: Position) -> bool {
        self.facts.iter().any(|fact| fact.covers(queue, position))
    }

    /// Adds `new` unless an entry implies it. The oldest entry goes when the history is full.
    fn add(&mut self, new: Fact) {
        if self.covers(new.queue, new.position) {
            return;
        }
        if self.facts.len() < HISTORY {
            self.facts.push(new);
        } else {
            self.facts[self.oldest] = new;
            self.oldest = (self.oldest + 1) % HISTORY;
        }
    }

    /// Adds to `known` what the command at `at` on this queue was ordered after, newest first, for each queue no more than
    /// needed.
    fn known_at(&self, at: Position, known: &mut Facts) {
        let (newer, older) = self.facts.split_at(self.oldest);
        for fact in newer.iter().rev().chain(older.iter().rev()) {
            let implies = |it: &Fact| it.covers(fact.queue, fact.position);
            if fact.since.is_within(at) && !known.iter().any(implies) {
                known.push(*fact);
            }
        }
    }

    fn clear(&mut self) {
        self.facts.clear();
        self.oldest = 0;
    }
}

#[cfg(test)]
#[cfg(not(any(loom, shuttle)))]
mod tests;
