//! The users of a resource, and the line in which they wait for a slot.

use super::Ledger;
use crate::error::Origin;
use crate::terms::{After, Parameter, Place, UserId};
use std::ops::{Index, IndexMut};
use std::task::Waker;

/// What a user is to the others of its slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Uses nothing, and has those who would change the slot wait behind it.
    Pin,
    Read,
    /// Exclusive use in place, and a new version.
    Update,
    /// Exclusive use in place, on behalf of a pin: pins do not stand in its way.
    UpdatePinned,
    Write,
}

impl Role {
    pub fn is_exclusive(self) -> bool {
        matches!(self, Role::Update | Role::UpdatePinned | Role::Write)
    }

    /// Whether it changes what somebody else may have pinned.
    pub fn waits_for_pins(self) -> bool {
        matches!(self, Role::Update | Role::Write)
    }
}

#[derive(Debug)]
pub(super) struct User {
    pub role: Role,
    pub slot: usize,
    pub place: Place,
    /// The number of the call that uses the slot; 0 for a pin.
    pub call: u64,
    /// What its call calls the resource; none of a pin, and of who came alone and did not say so yet.
    pub parameter: Option<Parameter>,
    /// What `Slot::accepted` was when the turn came.
    pub accepted: u64,
    pub turn: Turn,
    /// The version that it uses, or makes.
    pub version: u64,
    /// The version that the slot had before this user's, to return to.
    pub previous_version: u64,
    pub waker: Option<Waker>,
    pub before: Option<UserId>,
    pub behind: Option<UserId>,
}

impl User {
    /// One that waits for its turn, in no line yet.
    #[inline]
    pub fn new(
        role: Role,
        slot: usize,
        version: u64,
        call: u64,
        parameter: Option<Parameter>,
    ) -> Self {
        User {
            role,
            slot,
            place: Place::Anywhere,
            call,
            parameter,
            accepted: 0,
            turn: Turn::Waiting,
            version,
            previous_version: 0,
            waker: None,
            before: None,
            behind: None,
        }
    }
}

#[derive(Clone, Debug)]
pub(super) enum Turn {
    Waiting,
    Come,
    /// The version will not be written, as this one should have done.
    Never(Box<Origin>),
}

/// All users. Places of those that left are used again.
#[derive(Debug, Default)]
pub(super) struct Users {
    all: Vec<User>,
    free: Vec<UserId>,
}

impl Users {
    /// Adds a user.
    #[inline]
    pub fn add(&mut self, user: User) -> UserId {
        match self.free.pop() {
            Some(id) => {
                self[id] = user;
                id
            }
            None => {
                self.all.push(user);
                self.all.len() as UserId - 1
            }
        }
    }

    #[inline]
    pub fn remove(&mut self, id: UserId) {
        self.free.push(id);
    }

    /// Whether nobody is there.
    #[inline]
    pub fn are_none(&self) -> bool {
        self.all.len() == self.free.len()
    }

    /// All that are there, in no order.
    pub fn present(&self) -> impl Iterator<Item = &User> {
        let all = (0..).zip(&self.all);
        all.filter_map(|(id, user)| (!self.free.contains(&id)).then_some(user))
    }

    /// Those in line from `first` on.
    pub fn line(&self, first: Option<UserId>) -> impl Iterator<Item = (UserId, &User)> {
        let line = std::iter::successors(first, |id| self[*id].behind);
        line.map(|id| (id, &self[id]))
    }
}

impl Index<UserId> for Users {
    type Output = User;

    #[inline]
    fn index(&self, id: UserId) -> &User {
        &self.all[id as usize]
    }
}

impl IndexMut<UserId> for Users {
    #[inline]
    fn index_mut(&mut self, id: UserId) -> &mut User {
        &mut self.all[id as usize]
    }
}

impl Ledger {
    /// Puts a new user in line, at the end or, through `pin`, before those who wait for pins to end. Returns
    /// whether its turn has come.
    #[inline]
    pub(super) fn queue_up(&mut self, id: UserId, pin: Option<UserId>) -> bool {
        let behind = match pin.map(|pin| &self.users[pin]) {
            None => None,
            Some(pin) => match &pin.turn {
                Turn::Never(writer) => {
                    self.users[id].turn = Turn::Never(writer.clone());
                    return false;
                }
                Turn::Waiting | Turn::Come => self.first_behind(pin),
            },
        };
        let user = &mut self.users[id];
        let slot = &mut self.slots[user.slot];
        // Whoever is ahead in line goes first.
        let has_come = slot.first == behind && slot.admits(user.role);
        if has_come {
            slot.admit(user);
        } else {
            self.insert(id, behind);
        }
        has_come
    }

    /// The first in line that waits for `pin` to end. Uses through the pin go before it, and behind all that were
    /// there: so they are in the order in which they were asked for.
    fn first_behind(&self, pin: &User) -> Option<UserId> {
        let ahead = match pin.turn {
            Turn::Waiting => pin.behind,
            Turn::Come | Turn::Never(_) => self.slots[pin.slot].first,
        };
        let mut line = self.users.line(ahead);
        let first = line.find(|(_, user)| user.role.waits_for_pins());
        first.map(|(id, _)| id)
    }

    #[inline]
    pub(super) fn admit_next(&mut self, slot: usize, after: &mut After) {
        while let Some(id) = self.slots[slot].first {
            if !self.slots[slot].admits(self.users[id].role) {
                return;
            }
            self.unlink(id);
            let user = &mut self.users[id];
            self.slots[slot].admit(user);
            after.wake.extend(user.waker.take());
        }
    }

    /// Puts a user in line before `behind`, or at the end.
    fn insert(&mut self, id: UserId, behind: Option<UserId>) {
        let slot = &mut self.slots[self.users[id].slot];
        let before = match behind {
            Some(behind) => self.users[behind].before.replace(id),
            None => slot.last.replace(id),
        };
        match before {
            Some(before) => self.users[before].behind = Some(id),
            None => slot.first = Some(id),
        }
        let user = &mut self.users[id];
        (user.before, user.behind) = (before, behind);
    }

    pub(super) fn unlink(&mut self, id: UserId) {
        let user = &mut self.users[id];
        let (slot, before, behind) = (user.slot, user.before.take(), user.behind.take());
        match before {
            Some(before) => self.users[before].behind = behind,
            None => self.slots[slot].first = behind,
        }
        match behind {
            Some(behind) => self.users[behind].before = before,
            None => self.slots[slot].last = before,
        }
    }
}
