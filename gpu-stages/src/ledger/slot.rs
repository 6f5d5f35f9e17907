//! One slot: who is in it, and what the last users left.

use super::line::{Role, Turn, User};
use crate::error::Poison;
use crate::event::{Event, Events, move_all, move_over, replace_older};
use crate::sync::Arc;
use crate::terms::{After, Contents, Grant, UserId};

#[derive(Debug, Default)]
pub(super) struct Slot {
    /// The version that is in the slot once everybody who asked so far is done.
    pub version: u64,
    /// The version that is in it now, complete or not; 0 for none.
    pub contents: u64,
    /// Users that have their turn.
    pins: usize,
    sharing: usize,
    exclusive: bool,
    /// Users that wait for their turn, first and last.
    pub first: Option<UserId>,
    pub last: Option<UserId>,
    pub writes: Events,
    pub reads: Events,
    pub poison: Option<Arc<Poison>>,
    /// How often the contents were accepted as they are.
    pub accepted: u64,
}

impl Slot {
    /// Whether a user can come in beside those who are in.
    ///
    /// References to the value are made under this, or under a word that is taken while nobody is here: an exclusive
    /// user, through a pin or not, comes in only when no other user is in, and nobody while it is. Pins have no part in
    /// that. They make no references, and only keep further users out.
    #[inline]
    pub fn admits(&self, role: Role) -> bool {
        match role {
            Role::Pin | Role::Read => !self.exclusive,
            Role::UpdatePinned => !self.exclusive && self.sharing == 0,
            Role::Update | Role::Write => !self.exclusive && self.sharing == 0 && self.pins == 0,
        }
    }

    #[inline]
    pub fn admit(&mut self, user: &mut User) {
        user.turn = Turn::Come;
        user.accepted = self.accepted;
        match user.role {
            Role::Pin => self.pins += 1,
            Role::Read => self.sharing += 1,
            Role::Update | Role::UpdatePinned | Role::Write => self.exclusive = true,
        }
    }

    #[inline]
    pub fn dismiss(&mut self, role: Role) {
        match role {
            Role::Pin => self.pins -= 1,
            Role::Read => self.sharing -= 1,
            Role::Update | Role::UpdatePinned | Role::Write => self.exclusive = false,
        }
    }

    /// Whether the last users left nothing that anybody would have to look at.
    #[inline]
    pub fn is_clean(&self) -> bool {
        self.writes.is_empty() && self.reads.is_empty() && self.poison.is_none()
    }

    /// Whether a user who comes in now finds nothing that it would have to wait for, or could not rely on.
    #[inline]
    pub fn is_clean_for(&self, role: Role) -> bool {
        let are_good = |events: &Events| events.iter().all(Event::is_noted_good);
        are_good(&self.writes)
            && (!role.is_exclusive() || are_good(&self.reads))
            && (role == Role::Write || self.poison.is_none())
    }

    /// What a user finds who comes in now.
    #[inline]
    pub fn grant(&self, role: Role) -> Option<Grant> {
        (!self.is_clean_for(role)).then(|| self.grant_of_some(role))
    }

    fn grant_of_some(&self, role: Role) -> Grant {
        Grant {
            writes: not_yet_good(&self.writes),
            reads: match role.is_exclusive() {
                true => not_yet_good(&self.reads),
                false => Events::new(),
            },
            poison: self.poison.clone().filter(|_| role != Role::Write),
        }
    }

    /// Adds what readers leave. They come from ever new queues: those that are over need not be remembered.
    pub fn add_reads(&mut self, reads: Events, after: &mut After) {
        move_over(&mut self.reads, &mut after.events);
        for read in reads {
            replace_older(&mut self.reads, read, &mut after.events);
        }
    }

    /// Takes back what an exclusive user did not touch.
    pub fn put_back(
        &mut self,
        mut writes: Events,
        reads: Events,
        accepted: bool,
        after: &mut After,
    ) {
        if accepted {
            move_over(&mut writes, &mut after.events);
        }
        self.replace(writes, reads, after);
    }

    /// An exclusive user leaves all that may still run: its own commands, and what they are not behind.
    pub fn replace(&mut self, writes: Events, reads: Events, after: &mut After) {
        self.clear(after);
        (self.writes, self.reads) = (writes, reads);
    }

    /// Nothing runs any more.
    #[inline]
    pub fn clear(&mut self, after: &mut After) {
        if !self.writes.is_empty() {
            move_all(&mut self.writes, &mut after.events);
        }
        if !self.reads.is_empty() {
            move_all(&mut self.reads, &mut after.events);
        }
    }

    /// The contents are this version, and good or not. Returns whether they are untouched.
    #[inline]
    pub fn fill(&mut self, version: u64, contents: Contents) -> bool {
        self.poison = match contents {
            Contents::Untouched => return true,
            Contents::Poisoned(poison) => Some(poison),
            Contents::Good => None,
        };
        self.contents = version;
        false
    }
}

/// The events that somebody may have to wait for, or whose failure matters.
fn not_yet_good(events: &Events) -> Events {
    let mut pending = Events::new();
    for event in events.iter().filter(|event| !event.is_noted_good()) {
        pending.push(event.clone());
    }
    pending
}
