//! Pins: entries in the wait queue that keep a version.
//!
//! A pin waits as a reader does, after the writer of its version and before all uses that change the slot later. Uses
//! through it are inserted before those, so that they never wait for the pin itself.

use super::State;
use super::role::Role;
use super::wait_queue::{Entry, Grant, UseIndex};
use crate::slots::deferred::Deferred;
use crate::sync::event::{Event, Events};

impl State {
    /// Pins the newest version, written or not.
    pub fn pin(&mut self) -> UseIndex {
        let slot = self.newest;
        self.add_pin(slot, self.slots[slot].version, None)
    }

    /// Another pin of the version that `pin` keeps.
    pub fn pin_again(&mut self, pin: UseIndex) -> UseIndex {
        let Entry { slot, version, .. } = self.uses[pin];
        self.add_pin(slot, version, Some(pin))
    }

    /// Ends a pin.
    pub fn unpin(&mut self, pin: UseIndex, deferred: &mut Deferred) {
        self.remove(pin, deferred);
    }

    /// The slot that `pin` keeps.
    pub fn pinned_slot(&self, pin: UseIndex) -> usize {
        self.uses[pin].slot
    }

    /// Whether the version of `pin` will never be written, so that the pin keeps nothing.
    pub fn is_never_written(&self, pin: UseIndex) -> bool {
        matches!(self.uses[pin].grant, Grant::NeverWritten(_))
    }

    /// The last writes of all versions.
    pub fn last_writes(&self) -> Events {
        let writes = self.slots.iter().flat_map(|slot| &slot.writes);
        writes.cloned().collect()
    }

    /// Pins the newest version that is in its slot, good, and whose last writes are over according to `is_over`. The pin is
    /// granted beside the readers of the version, before uses that wait for them.
    pub fn pin_complete(&mut self, is_over: impl Fn(&Event) -> bool) -> Option<UseIndex> {
        let complete = self.slots.iter().enumerate().filter(|(_, slot)| {
            let is_good = slot.contents > 0 && slot.poison.is_none();
            is_good && slot.admits(Role::Pin) && slot.writes.iter().all(&is_over)
        });
        let (slot, contents) = complete
            .map(|(index, slot)| (index, slot.contents))
            .max_by_key(|(_, contents)| *contents)?;
        let mut pin = new_pin(slot, contents);
        self.slots[slot].grant(&mut pin);
        Some(self.uses.add(pin))
    }

    fn add_pin(&mut self, slot: usize, version: u64, pin: Option<UseIndex>) -> UseIndex {
        self.enqueue(new_pin(slot, version), pin).0
    }
}

fn new_pin(slot: usize, version: u64) -> Entry {
    Entry::new(Role::Pin, slot, version, 0, None)
}
