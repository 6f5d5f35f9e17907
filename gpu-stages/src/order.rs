//! What a queue already waits for: the rules that make a wait unnecessary.
//!
//! A wait of queue `q` for an event is skipped when the event is over, is on `q` itself, stands before an event
//! that `q` has waited for, or is implied by another event of the same wait. The last two need memory: each
//! queue keeps a short history of what it waited for and when. Forgetting an entry costs a wait, never a race.

use crate::event::{Event, Events};
use crate::sync::{AtomicU64, Mutex, Ordering, lock};
use smallvec::SmallVec;

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
    /// The command stands nowhere behind this.
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

    /// Whether everything here is certainly at or before `other` on the same queue.
    pub(crate) fn precedes(self, other: Position) -> bool {
        self.latest <= other.earliest
    }
}

/// One thing that a queue knows: from its own position `since`, everything on `queue` up to `position` is done.
#[derive(Clone, Copy, Debug)]
struct Fact {
    queue: QueueId,
    position: Position,
    since: Position,
}

/// Entries kept per queue; older ones are forgotten.
const HISTORY: usize = 16;

/// What one queue has waited for, newest last.
#[derive(Debug, Default)]
pub struct Knowledge {
    facts: Mutex<SmallVec<[Fact; HISTORY]>>,
}

impl Knowledge {
    /// Whether whatever is enqueued on this queue from now on is behind `event` anyway.
    fn covers(&self, event: &Event) -> bool {
        let (queue, position) = (event.queue(), event.position());
        lock(&self.facts)
            .iter()
            .any(|fact| fact.queue == queue && position.precedes(fact.position))
    }

    /// Whether the command at `at` on this queue was already behind `event`.
    fn covered_at(&self, at: Position, event: &Event) -> bool {
        let (queue, position) = (event.queue(), event.position());
        lock(&self.facts).iter().any(|fact| {
            fact.queue == queue && position.precedes(fact.position) && fact.since.precedes(at)
        })
    }

    /// Notes that the command at `since` on this queue waited for `events`, and with them for what their own
    /// queues knew.
    pub(crate) fn learn(&self, events: &[Event], since: Position) {
        for event in events {
            let inherited = event.knowledge().map(|k| k.facts_at(event.position()));
            let mut facts = lock(&self.facts);
            for fact in inherited.into_iter().flatten() {
                remember(&mut facts, Fact { since, ..fact });
            }
            let (queue, position) = (event.queue(), event.position());
            remember(
                &mut facts,
                Fact {
                    queue,
                    position,
                    since,
                },
            );
        }
    }

    fn facts_at(&self, at: Position) -> SmallVec<[Fact; HISTORY]> {
        lock(&self.facts)
            .iter()
            .filter(|fact| fact.since.precedes(at))
            .copied()
            .collect()
    }
}

/// Adds `new` unless an older entry says as much; forgets the oldest when full.
fn remember(facts: &mut SmallVec<[Fact; HISTORY]>, new: Fact) {
    let told = |old: &Fact| old.queue == new.queue && new.position.precedes(old.position);
    if facts.iter().any(told) {
        return;
    }
    if facts.len() == HISTORY {
        facts.remove(0);
    }
    facts.push(new);
}

/// Reduces `wanted` to the events that queue `queue` must really wait for.
pub(crate) fn necessary(queue: QueueId, known: &Knowledge, wanted: Events) -> Events {
    let mut waits: Events = wanted
        .into_iter()
        .filter(|event| event.queue() != queue && event.is_pending() && !known.covers(event))
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
        return other.position().precedes(event.position());
    }
    event
        .knowledge()
        .is_some_and(|known| known.covered_at(event.position(), other))
}
