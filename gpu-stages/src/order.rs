//! What a queue already waits for: the rules that make a wait unnecessary.
//!
//! A wait of queue `q` for an event is skipped when the event is over, is on `q` itself, stands before an event
//! that `q` has waited for, or is implied by another event of the same wait. The last two need memory: each
//! queue keeps a short history of what it waited for and when. Forgetting an entry costs a wait, never a race.

use crate::event::{Event, Events};
use crate::sync::{Arc, AtomicU64, Mutex, Ordering, lock};
use smallvec::SmallVec;
use std::sync::Weak;

/// Identifies one command queue of this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct QueueId(u64);

impl QueueId {
    /// An id that no other queue has.
    pub fn unique() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        QueueId(NEXT.fetch_add(1, Ordering::Relaxed))
    }

    pub(crate) const fn from_raw(raw: u64) -> Self {
        QueueId(raw)
    }

    pub(crate) const fn into_raw(self) -> u64 {
        self.0
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
    fn completes(self) -> u64 {
        // Nothing can stand between two neighbouring numbers.
        if self.latest - self.earliest <= 1 {
            self.latest
        } else {
            self.earliest
        }
    }
}

/// One thing that a queue knows: from its own position `since`, everything on `queue` up to `position` is done.
#[derive(Clone, Debug)]
struct Fact {
    queue: QueueId,
    #[cfg_attr(
        not(feature = "opencl"),
        allow(dead_code, reason = "for backends that ask a driver")
    )]
    knowledge: Weak<Knowledge>,
    position: Position,
    since: Position,
}

/// Entries kept per queue; older ones are forgotten.
const HISTORY: usize = 16;

/// What one queue has waited for, newest last.
#[derive(Debug, Default)]
pub struct Knowledge {
    #[cfg_attr(
        not(feature = "opencl"),
        allow(dead_code, reason = "for backends that ask a driver")
    )]
    /// Everything on the queue up to here is known to be complete.
    completed: AtomicU64,
    facts: Mutex<SmallVec<[Fact; HISTORY]>>,
}

impl Knowledge {
    /// Whether whatever is enqueued on this queue from now on is behind `event` anyway.
    fn covers(&self, event: &Event) -> bool {
        let (queue, position) = (event.queue(), event.position());
        lock(&self.facts)
            .iter()
            .any(|fact| fact.queue == queue && position.is_within(fact.position))
    }

    /// Whether the command at `at` on this queue was already behind `event`.
    fn covered_at(&self, at: Position, event: &Event) -> bool {
        let (queue, position) = (event.queue(), event.position());
        lock(&self.facts).iter().any(|fact| {
            fact.queue == queue && position.is_within(fact.position) && fact.since.is_within(at)
        })
    }

    /// Notes that the command at `since` on this queue waited for `events`, and with them for what their own
    /// queues knew.
    pub(crate) fn learn(&self, events: &[Event], since: Position) {
        for event in events {
            let Some(knowledge) = event.knowledge() else {
                continue;
            };
            let inherited = knowledge.facts_at(event.position());
            let own = Fact {
                queue: event.queue(),
                knowledge: Arc::downgrade(&knowledge),
                position: event.position(),
                since,
            };
            let mut facts = lock(&self.facts);
            for fact in inherited {
                remember(&mut facts, Fact { since, ..fact });
            }
            remember(&mut facts, own);
        }
    }

    fn facts_at(&self, at: Position) -> SmallVec<[Fact; HISTORY]> {
        lock(&self.facts)
            .iter()
            .filter(|fact| fact.since.is_within(at))
            .cloned()
            .collect()
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
            if let Some(other) = fact.knowledge.upgrade() {
                other.complete_up_to(fact.position);
            }
        }
    }

    /// Whether the command at `position` on this queue is known to be complete.
    pub(crate) fn is_complete(&self, position: Position) -> bool {
        position.latest <= self.completed.load(Ordering::Acquire)
    }

    fn complete_up_to(&self, position: Position) {
        self.completed
            .fetch_max(position.completes(), Ordering::AcqRel);
    }
}

/// Adds `new` unless an older entry says as much; forgets the oldest when full.
fn remember(facts: &mut SmallVec<[Fact; HISTORY]>, new: Fact) {
    let told = |old: &Fact| old.queue == new.queue && new.position.is_within(old.position);
    if facts.iter().any(told) {
        return;
    }
    if facts.len() == HISTORY {
        facts.remove(0);
    }
    facts.push(new);
}

/// Reduces `wanted` to the events that queue `queue` must really wait for.
pub(crate) fn necessary(queue: QueueId, known: &Knowledge, wanted: &[Event]) -> Events {
    let mut waits: Events = wanted
        .iter()
        .filter(|event| event.queue() != queue && event.is_pending() && !known.covers(event))
        .cloned()
        .collect();
    let mut index = 0;
    while index < waits.len() {
        let implied =
            (0..waits.len()).any(|other| other != index && implies(&waits[other], &waits[index]));
        if implied {
            waits.remove(index);
        } else {
            index += 1;
        }
    }
    waits
}

/// Whether waiting for `event` is also waiting for `other`.
fn implies(event: &Event, other: &Event) -> bool {
    if event.same_queue(other) {
        return other.position().is_within(event.position());
    }
    event
        .knowledge()
        .is_some_and(|known| known.covered_at(event.position(), other))
}
