//! Lists of events.

use super::handle::Event;
use smallvec::SmallVec;

/// A few events; most waits have one or two.
pub(crate) type Events = SmallVec<[Event; 4]>;

/// Moves all of `events` to the end of `list`.
pub(crate) fn move_all(events: &mut Events, list: &mut Events) {
    if list.is_empty() {
        std::mem::swap(events, list);
    } else {
        events.drain(..).for_each(|event| list.push(event));
    }
}

/// Moves the events that are known to be over to the end of `list`.
pub(crate) fn move_over(events: &mut Events, list: &mut Events) {
    move_those(events, list, Event::is_noted_over);
}

/// Moves the events that are known to have gone well to the end of `list`.
pub(crate) fn move_good(events: &mut Events, list: &mut Events) {
    move_those(events, list, Event::is_noted_good);
}

fn move_those(events: &mut Events, list: &mut Events, which: impl Fn(&Event) -> bool) {
    let mut index = 0;
    while index < events.len() {
        if which(&events[index]) {
            list.push(events.remove(index));
        } else {
            index += 1;
        }
    }
}

/// Adds `event` to the reads; an older one on the same in-order queue is implied by it and moved to `list`.
pub(crate) fn replace_older(reads: &mut Events, event: Event, list: &mut Events) {
    match reads.iter_mut().find(|old| old.same_queue(&event)) {
        Some(old) if old.position().is_within(event.position()) => {
            list.push(std::mem::replace(old, event));
        }
        Some(old) if event.position().is_within(old.position()) => list.push(event),
        _ => reads.push(event),
    }
}
