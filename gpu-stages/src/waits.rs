//! The rules that make a wait unnecessary.
//!
//! A wait of queue `q` for an event is skipped when the event is over, is on `q` itself, stands before an event
//! that `q` has waited for, or is implied by another event of the same wait.

use crate::event::{Event, Events};
use crate::order::{Knowledge, Position};
use smallvec::SmallVec;

/// Notes that the command at `since` waited for `events`: `known` is what its queue knows.
pub(crate) fn learn(known: &Knowledge, events: &[Event], since: Position) {
    for event in events {
        if let Some(knowledge) = event.knowledge() {
            known.learn(event.queue(), &knowledge, event.position(), since);
        }
    }
}

/// Reduces `wanted`, which are of other queues, to the events that a queue must really wait for; `known` is what
/// it knows.
pub(crate) fn necessary(known: &Knowledge, wanted: &[Event]) -> Events {
    let mut waits: SmallVec<[&Event; 8]> = wanted.iter().collect();
    forget_over(&mut waits);
    waits.retain(|event| !known.covers(event.queue(), event.position()));
    let mut index = 0;
    while index < waits.len() {
        let implied =
            (0..waits.len()).any(|other| other != index && implies(waits[other], waits[index]));
        if implied {
            waits.remove(index);
        } else {
            index += 1;
        }
    }
    waits.into_iter().cloned().collect()
}

/// Looks at the events until none of them is found to be over: what such a one was behind is over as well, and may
/// have been looked at before it.
fn forget_over(events: &mut SmallVec<[&Event; 8]>) {
    let mut before = usize::MAX;
    while events.len() < before {
        before = events.len();
        events.retain(|event| event.is_pending());
    }
}

/// Puts those events first that no other is known to be behind; returns how many. When they are over, so are the
/// others.
pub(crate) fn last_first<T>(events: &mut [T], event: impl Fn(&T) -> &Event) -> usize {
    let mut last = 0;
    // The last of each queue, as far as positions are exact.
    for index in 0..events.len() {
        let same = |it: &T| event(it).same_queue(event(&events[index]));
        match events[..last].iter().position(same) {
            Some(earlier) if implies(event(&events[index]), event(&events[earlier])) => {
                events.swap(earlier, index);
            }
            Some(_) => {}
            None => {
                events.swap(last, index);
                last += 1;
            }
        }
    }
    let mut index = 0;
    while index < last {
        let is_behind = |other: &T| implies(event(other), event(&events[index]));
        let others = (0..last).filter(|other| *other != index);
        if others.map(|other| &events[other]).any(is_behind) {
            last -= 1;
            events.swap(index, last);
        } else {
            index += 1;
        }
    }
    last
}

/// Whether waiting for `event` is also waiting for `other`.
fn implies(event: &Event, other: &Event) -> bool {
    if event.same_queue(other) {
        return other.position().is_within(event.position());
    }
    event
        .knowledge()
        .is_some_and(|known| known.covered_at(event.position(), other.queue(), other.position()))
}
