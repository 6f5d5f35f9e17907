//! [`Discarded`]: events that are not needed any more.

use super::event::{Event, Events};

/// Events that were taken out of a list, to be dropped when no lock is held: dropping the last handle of an event may run
/// code of the backend and drop wakers.
///
/// Those that were left out because they are complete are kept apart. An observer is told of them: the use that will not
/// wait for them is ordered after them all the same.
#[derive(Debug, Default)]
pub(crate) struct Discarded {
    /// Later events imply them.
    pub superseded: Events,
    /// They were seen to be complete.
    pub completed: Events,
}

impl Discarded {
    pub fn is_empty(&self) -> bool {
        self.superseded.is_empty() && self.completed.is_empty()
    }
}

/// Events that were seen to be complete, kept if an observer wants them.
#[derive(Debug, Default)]
pub(crate) struct Completed {
    is_wanted: bool,
    pub events: Events,
}

impl Completed {
    pub fn new(is_wanted: bool) -> Self {
        Completed {
            is_wanted,
            events: Events::new(),
        }
    }

    #[inline]
    pub fn add(&mut self, event: &Event) {
        if self.is_wanted {
            self.events.push(event.clone());
        }
    }
}

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

/// Moves the events that are known to have succeeded to the end of `list`.
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

/// Adds `event` to `reads`. An older one on the same in-order queue is implied by it and moves to `list`.
pub(crate) fn replace_older(reads: &mut Events, event: Event, list: &mut Events) {
    match reads.iter_mut().find(|old| old.same_queue(&event)) {
        Some(old) if old.position().is_within(event.position()) => {
            list.push(std::mem::replace(old, event));
        }
        Some(old) if event.position().is_within(old.position()) => list.push(event),
        _ => reads.push(event),
    }
}

#[cfg(test)]
#[cfg(not(any(loom, shuttle)))]
mod tests;
