//! Users that came while the ledger had none, and were not entered.

use super::Ledger;
use super::line::{Role, User};
use crate::terms::{Mode, Parameter, UserId};

impl Ledger {
    /// Whether there is nothing that whoever comes next would have to know.
    #[inline]
    pub fn is_idle(&self) -> bool {
        !self.has_users() && self.unclean == 0
    }

    /// Whether anybody uses the resource, or is in line, or has pinned a version.
    #[inline]
    pub fn has_users(&self) -> bool {
        !self.users.are_none()
    }

    /// So many versions were written while nobody was entered.
    pub fn catch_up(&mut self, written: usize) {
        // Of more than there are slots, the earlier ones are gone.
        let last = written.min(self.slots.len());
        self.newest = (self.newest + written - last) % self.slots.len();
        for _ in 0..last {
            self.newest = self.slot_for_write(0);
            let slot = &mut self.slots[self.newest];
            (slot.version, slot.contents) = (self.next_version, self.next_version);
            self.next_version += 1;
        }
    }

    /// Enters the one user there is: its turn has come. More is known of it once it [introduces](Self::introduce) itself.
    pub fn enter_holder(&mut self, mode: Mode, call: u64) -> UserId {
        let (role, slot) = match mode {
            Mode::Read => (Role::Read, self.newest),
            Mode::Update => (Role::Update, self.newest),
            Mode::Write => (Role::Write, self.slot_for_write(0)),
        };
        let (version, previous_version) = self.next_version(role, slot, None);
        let id = self.users.add(User {
            previous_version,
            ..User::new(role, slot, version, call, None)
        });
        self.queue_up(id, None);
        id
    }

    /// What a user calls the resource that was entered by somebody else.
    pub fn introduce(&mut self, id: UserId, parameter: Parameter) {
        self.users[id].parameter = Some(parameter);
    }
}
