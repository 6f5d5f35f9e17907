//! The rules that make a wait unnecessary.
//!
//! A wait of queue `q` for an event is skipped when the event is over, is on `q` itself, comes before an event that `q`
//! has waited for, or is implied by another event of the same wait.

use super::clock::{Knowledge, Position};
use super::event::{Event, Events};

/// Adds to `known`, what a queue has waited for, that its command at `since` waited for `events`.
pub(crate) fn learn(known: &Knowledge, events: &[Event], since: Position) {
    for event in events {
        if let Some(knowledge) = event.knowledge() {
            known.learn(event.queue(), &knowledge, event.position(), since);
        }
    }
}

/// Reduces `wanted`, which are events of other queues, to those that a queue must wait for. `known` is what the queue has
/// waited for. `skip` is called with each event that is left out because it is over.
pub(crate) fn necessary(
    known: &Knowledge,
    wanted: &[Event],
    mut skip: impl FnMut(&Event),
) -> Events {
    let mut waits = Events::new();
    let mut found_over = false;
    for event in wanted {
        if !event.is_pending() {
            found_over = true;
            skip(event);
        } else if !known.covers(event.queue(), event.position()) {
            waits.push(event.clone());
        }
    }
    if found_over {
        remove_over(&mut waits, &mut skip);
    }
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

/// Removes events that are over, until a whole pass finds none: an event that is over implies that those it was ordered
/// after are over as well, and they may have been checked before it.
#[cold]
fn remove_over(events: &mut Events, skip: &mut impl FnMut(&Event)) {
    let mut before = usize::MAX;
    while events.len() < before {
        before = events.len();
        events.retain(|event| {
            let is_pending = event.is_pending();
            if !is_pending {
                skip(event);
            }
            is_pending
        });
    }
}

/// Moves the events that no other is known to be ordered after to the front. Returns their number. When they are over, so
/// are the others.
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
        let is_implied_by = |other: &T| implies(event(other), event(&events[index]));
        let others = (0..last).filter(|other| *other != index);
        if others.map(|other| &events[other]).any(is_implied_by) {
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
