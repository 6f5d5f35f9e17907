//! Pins: places in line that keep a version for those who hold them.
//!
//! A pin stands in line as a reader does, behind the writer of its version and before all that change the slot
//! later. Uses through it are put in before those, so that they never wait for the pin itself.

use super::Ledger;
use super::line::{Role, Turn, User};
use crate::error::Origin;
use crate::event::{Event, Events};
use crate::terms::{After, Legacy, UserId};

impl Ledger {
    /// Pins the newest version, written or not.
    pub fn pin(&mut self) -> UserId {
        let slot = self.newest;
        self.add_pin(slot, self.slots[slot].version, None)
    }

    /// Another pin on the version that `pin` holds.
    pub fn pin_again(&mut self, pin: UserId) -> UserId {
        let User { slot, version, .. } = self.users[pin];
        self.add_pin(slot, version, Some(pin))
    }

    /// Ends a pin.
    pub fn unpin(&mut self, pin: UserId, after: &mut After) {
        self.leave(pin, Legacy::Nothing, || Origin::PIN, after);
    }

    /// The slot that `pin` holds.
    pub fn pinned_slot(&self, pin: UserId) -> usize {
        self.users[pin].slot
    }

    /// Whether the version of `pin` will never be written, so that it holds nothing.
    pub fn is_orphaned(&self, pin: UserId) -> bool {
        matches!(self.users[pin].turn, Turn::Never(_))
    }

    /// The last writes of all versions.
    pub fn last_writes(&self) -> Events {
        let writes = self.slots.iter().flat_map(|slot| &slot.writes);
        writes.cloned().collect()
    }

    /// Pins the newest version that is in its slot, good, and whose last writes `are_over`. It comes in beside
    /// those who read the version already, before those who wait for them.
    pub fn pin_complete(&mut self, is_over: impl Fn(&Event) -> bool) -> Option<UserId> {
        let complete = self.slots.iter().enumerate().filter(|(_, slot)| {
            let is_good = slot.contents > 0 && slot.poison.is_none();
            is_good && slot.admits(Role::Pin) && slot.writes.iter().all(&is_over)
        });
        let (slot, contents) = complete
            .map(|(index, slot)| (index, slot.contents))
            .max_by_key(|(_, contents)| *contents)?;
        let id = self.users.add(new_pin(slot, contents));
        self.slots[slot].admit(&mut self.users[id]);
        Some(id)
    }

    fn add_pin(&mut self, slot: usize, version: u64, pin: Option<UserId>) -> UserId {
        let id = self.users.add(new_pin(slot, version));
        self.queue_up(id, pin);
        id
    }
}

fn new_pin(slot: usize, version: u64) -> User {
    User::new(Role::Pin, slot, version, 0, None)
}
