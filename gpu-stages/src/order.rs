//! Where commands stand on their queues, and what each queue has waited for already.
//!
//! Each queue keeps a short history of what it waited for and when. Forgetting an entry costs a wait, never a
//! race.

use crate::pool::{Node, Pool, Pooled, Recycle, static_pool};
use crate::sync::{AtomicU64, Mutex, Ordering, StaticU64, lock};
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

/// Where a command stands on its queue, as an interval: backends that cannot number their commands exactly read
/// a counter before and after enqueuing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The command stands nowhere before this.
    pub earliest: u64,
    /// The command stands nowhere behind this. No other command of the queue has the same.
    pub latest: u64,
}

impl Position {
    /// The position of a command whose place is known exactly.
    pub const fn exact(place: u64) -> Self {
        Position {
            earliest: place,
            latest: place,
        }
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
    /// Up to where everything is over once the command here is.
    pub(crate) fn completes(self) -> u64 {
        // Nothing can stand between two neighbouring numbers.
        if self.latest - self.earliest <= 1 {
            self.latest
        } else {
            self.earliest
        }
    }
}

/// One thing that a queue knows: from its own position `since`, everything on `queue` up to `position` is done.
#[derive(Clone, Copy, Debug)]
struct Fact {
    queue: QueueId,
    #[cfg_attr(
        not(feature = "opencl"),
        allow(dead_code, reason = "for backends that ask a driver")
    )]
    /// The knowledge of `queue`; by now it may be that of another one.
    knowledge: &'static Node<Knowledge>,
    position: Position,
    since: Position,
}

/// Entries kept per queue; older ones are forgotten.
const HISTORY: usize = 16;

type Facts = SmallVec<[Fact; HISTORY]>;

/// What one queue has waited for, newest last.
#[derive(Debug)]
pub struct Knowledge {
    /// The queue; 0 while there is none.
    queue: AtomicU64,
    #[cfg_attr(
        not(feature = "opencl"),
        allow(dead_code, reason = "for backends that ask a driver")
    )]
    /// Everything on the queue up to here is known to be complete.
    completed: AtomicU64,
    facts: Mutex<Facts>,
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
            facts: Mutex::default(),
        }
    }

    fn recycle(&self) {
        self.queue.store(0, Ordering::Relaxed);
        self.completed.store(0, Ordering::Relaxed);
        lock(&self.facts).clear();
    }
}

impl Knowledge {
    /// What a new queue knows: nothing.
    pub(crate) fn of(queue: QueueId) -> Pooled<Knowledge> {
        let knowledge = Pooled::<Knowledge>::take();
        knowledge.queue.store(queue.0, Ordering::Relaxed);
        knowledge
    }
}

impl Knowledge {
    /// Whether whatever is enqueued on this queue from now on is behind the command at `position` of `queue`.
    pub(crate) fn covers(&self, queue: QueueId, position: Position) -> bool {
        lock(&self.facts)
            .iter()
            .any(|fact| fact.queue == queue && position.is_within(fact.position))
    }

    /// Whether the command at `at` on this queue was already behind the command at `position` of `queue`.
    pub(crate) fn covered_at(&self, at: Position, queue: QueueId, position: Position) -> bool {
        lock(&self.facts).iter().any(|fact| {
            fact.queue == queue && position.is_within(fact.position) && fact.since.is_within(at)
        })
    }

    /// Notes that the command at `since` on this queue waited for the command at `position` of `queue`, and with it
    /// for what that one's queue knew.
    pub(crate) fn learn(
        &self,
        queue: QueueId,
        knowledge: &Pooled<Knowledge>,
        position: Position,
        since: Position,
    ) {
        let inherited = knowledge.facts_at(position);
        let own = Fact {
            queue,
            knowledge: knowledge.node(),
            position,
            since,
        };
        let mut facts = lock(&self.facts);
        for fact in inherited {
            remember(&mut facts, Fact { since, ..fact });
        }
        remember(&mut facts, own);
    }

    /// What the command at `at` on this queue was behind: for each queue no more than is needed to say so.
    fn facts_at(&self, at: Position) -> Facts {
        let mut newest = Facts::new();
        let facts = lock(&self.facts);
        for fact in facts.iter().rev() {
            if fact.since.is_within(at) && !is_told(&newest, fact) {
                newest.push(*fact);
            }
        }
        newest
    }
}

#[cfg_attr(
    not(feature = "opencl"),
    allow(dead_code, reason = "for backends that ask a driver")
)]
impl Knowledge {
    /// Notes that the command at `position` on this queue was seen to be complete, and with it everything that
    /// it was behind, here and on other queues.
    pub(crate) fn saw_complete(&self, position: Position) {
        self.complete_up_to(position);
        for fact in self.facts_at(position) {
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

    /// Up to where everything on this queue is known to be complete.
    pub(crate) fn completed(&self) -> u64 {
        self.completed.load(Ordering::Acquire)
    }

    /// Whether the record stands for `queue` and no other by now.
    fn is_of(&self, queue: QueueId) -> bool {
        // Emptying a record passes through its lock: behind it, the record is seen as what it is now.
        drop(lock(&self.facts));
        self.queue.load(Ordering::Relaxed) == queue.into_raw()
    }

    fn complete_up_to(&self, position: Position) {
        self.completed
            .fetch_max(position.completes(), Ordering::AcqRel);
    }
}

/// Adds `new` unless an older entry says as much; forgets the oldest when full.
fn remember(facts: &mut Facts, new: Fact) {
    if is_told(facts, &new) {
        return;
    }
    if facts.len() == HISTORY {
        facts.remove(0);
    }
    facts.push(new);
}

/// Whether one of `facts` says as much as `new`.
fn is_told(facts: &[Fact], new: &Fact) -> bool {
    facts
        .iter()
        .any(|old| old.queue == new.queue && new.position.is_within(old.position))
}
