//! [`State`]: the slots and versions of one resource, and the order of its uses.
//!
//! Plain data under the lock of the resource: it reaches no value and calls no device and no waker. What must happen
//! outside of the lock (wakes, dropping events) is handed out in [`Deferred`].

mod pins;
mod report;
mod role;
mod slot;
#[cfg(test)]
#[cfg(not(any(loom, shuttle)))]
mod tests;
mod wait_queue;

use crate::call::{Dependencies, Parameter};
use crate::error::Origin;
use crate::slots::deferred::Deferred;
use crate::sync::discarded::{Completed, Discarded};
use crate::sync::event::Events;
pub(crate) use report::{Standing, UseReport};
use role::Role;
pub(crate) use role::{FirstUse, Mode};
pub(crate) use slot::Contents;
use slot::Slot;
use std::task::Waker;
use wait_queue::{Entry, Uses};
pub(crate) use wait_queue::{Grant, UseIndex};

/// What a call asks of one resource.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wish {
    pub mode: Mode,
    /// The pin through which the use is inserted before uses that wait for pins.
    pub pin: Option<UseIndex>,
    pub first_use: FirstUse,
    pub parameter: Parameter,
}

/// The version that a use waited for will never be written. This is the call that should have written it.
#[derive(Clone, Debug)]
pub(crate) struct NeverWritten(pub Box<Origin>);

/// The slots, versions and uses of one resource.
#[derive(Debug)]
pub(crate) struct State {
    slots: Box<[Slot]>,
    uses: Uses,
    /// The slot of the newest version.
    newest: usize,
    next_version: u64,
}

impl State {
    /// A resource with this number of slots. The first holds the newest version.
    pub fn new(slots: usize) -> Self {
        let mut state = State {
            slots: (0..slots).map(|_| Slot::default()).collect(),
            uses: Uses::default(),
            newest: 0,
            next_version: 2,
        };
        if let Some(first) = state.slots.first_mut() {
            (first.version, first.contents) = (1, 1);
        }
        state
    }

    /// The slot of the newest version.
    #[inline]
    pub fn newest_slot(&self) -> usize {
        self.newest
    }

    /// The slot that the `nth` write of one call takes.
    #[inline]
    pub fn slot_for_write(&self, nth: usize) -> usize {
        (self.newest + 1 + nth) % self.slots.len()
    }

    /// The slot of a use.
    pub fn slot_of(&self, index: UseIndex) -> usize {
        self.uses[index].slot
    }

    /// Adds a use of `slot` to its wait queue. Returns whether it is granted at once.
    pub fn add(&mut self, wish: &Wish, slot: usize, call: u64) -> (UseIndex, bool) {
        let role = Role::of(wish.mode, wish.pin.is_some());
        let (version, previous_version) = self.next_version(role, slot, wish.pin);
        let entry = Entry {
            first_use: wish.first_use,
            previous_version,
            ..Entry::new(role, slot, version, call, Some(wish.parameter))
        };
        self.enqueue(entry, wish.pin)
    }

    /// The version that a use of a slot uses, or makes, and the one that the slot had before.
    #[inline]
    fn next_version(&mut self, role: Role, slot: usize, pin: Option<UseIndex>) -> (u64, u64) {
        let previous = self.slots[slot].version;
        if role.waits_for_pins() {
            let next = self.next_version;
            self.next_version += 1;
            self.slots[slot].version = next;
            self.newest = slot;
            return (next, previous);
        }
        // An update through a pin keeps the version that was pinned, the newest or not.
        let version = pin.map_or(previous, |pin| self.uses[pin].version);
        (version, previous)
    }

    /// Adds a use at the end of its wait queue or, through `pin`, before uses that wait for pins. Returns whether it is
    /// granted at once.
    #[inline]
    fn enqueue(&mut self, mut entry: Entry, pin: Option<UseIndex>) -> (UseIndex, bool) {
        let next = match pin.map(|pin| &self.uses[pin]) {
            None => None,
            Some(pin) => match &pin.grant {
                Grant::NeverWritten(writer) => {
                    entry.grant = Grant::NeverWritten(writer.clone());
                    return (self.uses.add(entry), false);
                }
                Grant::Waiting | Grant::Granted => self.first_waiting_for(pin),
            },
        };
        let slot = &mut self.slots[entry.slot];
        // Uses that wait already go first.
        if slot.waiting.first == next && slot.admits(entry.role) {
            slot.grant(&mut entry);
            return (self.uses.add(entry), true);
        }
        let index = self.uses.add(entry);
        self.uses.insert(&mut slot.waiting, index, next);
        (index, false)
    }

    /// The first waiting use that waits for `pin` to end. Uses through the pin are inserted before it, and after those that
    /// are there already: so they are in the order in which they were acquired.
    fn first_waiting_for(&self, pin: &Entry) -> Option<UseIndex> {
        let from = match pin.grant {
            Grant::Waiting => pin.next,
            Grant::Granted | Grant::NeverWritten(_) => self.slots[pin.slot].waiting.first,
        };
        let mut waiting = self.uses.waiting_from(from);
        let first = waiting.find(|(_, entry)| entry.role.waits_for_pins());
        first.map(|(index, _)| index)
    }

    /// Grants the waiting uses of a slot, as many as it admits now.
    #[inline]
    fn grant_next(&mut self, slot: usize, deferred: &mut Deferred) {
        let slot = &mut self.slots[slot];
        while let Some(index) = slot.waiting.first {
            if !slot.admits(self.uses[index].role) {
                return;
            }
            self.uses.unlink(&mut slot.waiting, index);
            let entry = &mut self.uses[index];
            slot.grant(entry);
            entry.is_woken = entry.waker.is_some();
            deferred.wake.extend(entry.waker.take());
        }
    }

    /// Whether a use is granted.
    #[inline]
    pub fn poll(&self, index: UseIndex) -> Grant {
        self.uses[index].grant.clone()
    }

    /// Keeps the waker of a waiting use. Returns the one that it replaces.
    pub fn park(&mut self, index: UseIndex, waker: Waker) -> Option<Waker> {
        self.uses[index].waker.replace(waker)
    }

    /// A granted use inherits what earlier uses of its slot left.
    #[inline]
    pub fn inherit(&mut self, index: UseIndex, into: &mut Dependencies, completed: &mut Completed) {
        let entry = &mut self.uses[index];
        entry.is_woken = false;
        let Entry { role, slot, .. } = *entry;
        self.slots[slot].inherit(role, into, completed);
    }

    /// Whether the contents were accepted as they are since the use was granted.
    pub fn was_accepted(&self, index: UseIndex) -> bool {
        let entry = &self.uses[index];
        entry.accepted != self.slots[entry.slot].accepted
    }

    /// Ends a use that was granted: later uses inherit `dependencies`, and `contents`. `origin` is asked for when later uses
    /// must be told that this one did not write its version.
    pub fn release(
        &mut self,
        index: UseIndex,
        dependencies: &mut Dependencies,
        contents: Contents,
        origin: impl FnOnce() -> Origin,
        deferred: &mut Deferred,
    ) {
        let Entry { slot, role, .. } = self.uses[index];
        self.announce_to_next(slot, dependencies, &mut deferred.announce);
        let is_untouched = self.leave(index, dependencies, contents, &mut deferred.discarded);
        if is_untouched && role == Role::Write {
            self.mark_never_written(index, self.slots[slot].waiting.first, &origin(), deferred);
        }
        self.uses.remove(index);
        self.grant_next(slot, deferred);
    }

    /// Ends a use whose guard never saw it granted.
    pub fn cancel(
        &mut self,
        index: UseIndex,
        origin: impl FnOnce() -> Origin,
        deferred: &mut Deferred,
    ) {
        let entry = &self.uses[index];
        let first = match entry.grant {
            Grant::Waiting => Some(entry.next),
            // It was granted, and its guard has not looked since.
            Grant::Granted => Some(self.slots[entry.slot].waiting.first),
            Grant::NeverWritten(_) => None,
        };
        if let (Some(first), Role::Write) = (first, entry.role) {
            self.mark_never_written(index, first, &origin(), deferred);
        }
        self.remove(index, deferred);
    }

    /// Ends a pin, or a use that left nothing.
    fn remove(&mut self, index: UseIndex, deferred: &mut Deferred) {
        let entry = &mut self.uses[index];
        deferred.stale = entry.waker.take();
        let (role, slot) = (entry.role, entry.slot);
        match entry.grant {
            Grant::NeverWritten(_) => {}
            Grant::Waiting => self.uses.unlink(&mut self.slots[slot].waiting, index),
            Grant::Granted => self.slots[slot].release(role),
        }
        self.uses.remove(index);
        self.grant_next(slot, deferred);
    }

    /// Adds what the next use of the slot will wait for from elsewhere than its queue.
    #[inline]
    fn announce_to_next(&self, slot: usize, left: &Dependencies, announce: &mut Events) {
        let Some(first) = self.slots[slot].waiting.first else {
            return;
        };
        let mut waiting = self.uses.waiting_from(Some(first));
        let Some((_, next)) = waiting.find(|(_, entry)| entry.role != Role::Pin) else {
            return;
        };
        for event in left.reads.iter().chain(&left.writes) {
            if next.first_use != FirstUse::OnQueue(event.queue()) {
                announce.push(event.clone());
            }
        }
    }

    /// A granted use leaves its slot. Returns whether its contents are untouched.
    #[inline]
    fn leave(
        &mut self,
        index: UseIndex,
        dependencies: &mut Dependencies,
        contents: Contents,
        discarded: &mut Discarded,
    ) -> bool {
        let accepted = self.was_accepted(index);
        let Entry {
            role,
            slot,
            version,
            ..
        } = self.uses[index];
        let slot = &mut self.slots[slot];
        slot.release(role);
        if role.is_exclusive() {
            slot.put_back(dependencies, accepted, discarded);
            slot.fill(version, contents)
        } else {
            slot.add_reads(&mut dependencies.reads, discarded);
            false
        }
    }

    /// A version will not be written: tells all uses that wait for it, from `first` to the next write, and returns to the
    /// version before.
    fn mark_never_written(
        &mut self,
        writer: UseIndex,
        first: Option<UseIndex>,
        origin: &Origin,
        deferred: &mut Deferred,
    ) {
        let Entry {
            slot,
            previous_version: previous,
            ..
        } = self.uses[writer];
        let mut next = first;
        while let Some(index) = next {
            let entry = &mut self.uses[index];
            next = entry.next;
            if entry.role == Role::Write {
                entry.previous_version = previous;
                return;
            }
            entry.grant = Grant::NeverWritten(Box::new(*origin));
            deferred.wake.extend(entry.waker.take());
            self.uses.unlink(&mut self.slots[slot].waiting, index);
        }
        self.slots[slot].version = previous;
        let newest = (0..self.slots.len()).max_by_key(|&index| self.slots[index].version);
        self.newest = newest.unwrap_or(0);
    }

    /// Accepts the contents of all slots as they are.
    pub fn clear_poison(&mut self, discarded: &mut Discarded) {
        for slot in &mut self.slots {
            slot.accept(discarded);
        }
    }

    /// Takes, for each slot, everything that may still run on a device.
    pub fn take_pending(&mut self) -> Vec<Events> {
        let of_slot = |slot: &mut Slot| {
            let events = slot.reads.drain(..).chain(slot.writes.drain(..));
            events.filter(|event| !event.is_noted_over()).collect()
        };
        self.slots.iter_mut().map(of_slot).collect()
    }
}
