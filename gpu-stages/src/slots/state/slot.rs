//! [`Slot`]: the granted uses of one slot, and what earlier uses left in it.

use super::role::Role;
use super::wait_queue::{Entry, Grant, WaitQueue};
use crate::call::Dependencies;
use crate::error::Poison;
use crate::sync::discarded::{Completed, Discarded, move_all, move_over, replace_older};
use crate::sync::event::{Event, Events};
use crate::util::primitives::Arc;

#[derive(Debug, Default)]
pub(super) struct Slot {
    /// The version that the slot has once all uses so far have ended.
    pub version: u64,
    /// The version that is in it now, complete or not; 0 for none.
    pub contents: u64,
    /// Granted uses.
    pins: usize,
    readers: usize,
    is_exclusive: bool,
    pub waiting: WaitQueue,
    /// The last writes that may still run, and the reads since.
    pub writes: Events,
    pub reads: Events,
    pub poison: Option<Arc<Poison>>,
    /// How often the contents were accepted as they are.
    pub accepted: u64,
}

/// The state in which a use leaves the contents.
#[derive(Debug)]
pub(crate) enum Contents {
    Good,
    Poisoned(Arc<Poison>),
    /// As they were: the use did not begin to write.
    Untouched,
}

impl Slot {
    /// Whether a use can be granted beside those that are granted.
    ///
    /// References to the value are made under this rule: an exclusive use, through a pin or not, is granted only when no
    /// other use is, and no use while it is. Pins reach no value and only keep other uses out.
    #[inline]
    pub fn admits(&self, role: Role) -> bool {
        match role {
            Role::Pin | Role::Read => !self.is_exclusive,
            Role::UpdatePinned => !self.is_exclusive && self.readers == 0,
            Role::Update | Role::Write => !self.is_exclusive && self.readers == 0 && self.pins == 0,
        }
    }

    #[inline]
    pub fn grant(&mut self, entry: &mut Entry) {
        match entry.role {
            Role::Pin => self.pins += 1,
            Role::Read => self.readers += 1,
            Role::Update | Role::UpdatePinned | Role::Write => self.is_exclusive = true,
        }
        entry.grant = Grant::Granted;
        entry.accepted = self.accepted;
    }

    #[inline]
    pub fn release(&mut self, role: Role) {
        match role {
            Role::Pin => self.pins -= 1,
            Role::Read => self.readers -= 1,
            Role::Update | Role::UpdatePinned | Role::Write => self.is_exclusive = false,
        }
    }

    /// A granted use inherits what earlier uses left: an exclusive use takes the events over, readers share them. Events that
    /// are known to have succeeded stay here until the release: they keep what the backend knows of their queue.
    #[inline]
    pub fn inherit(&mut self, role: Role, into: &mut Dependencies, completed: &mut Completed) {
        if role != Role::Write {
            into.poison.clone_from(&self.poison);
        }
        if role.is_exclusive() {
            for (from, to) in [
                (&mut self.writes, &mut into.writes),
                (&mut self.reads, &mut into.reads),
            ] {
                if !from.is_empty() {
                    take_unless_good(from, to, completed);
                }
            }
        } else {
            for event in &self.writes {
                match event.is_noted_good() {
                    true => completed.add(event),
                    false => into.writes.push(event.clone()),
                }
            }
        }
    }

    /// A reader leaves its reads. Readers may come from ever new queues: reads that are over are removed.
    pub fn add_reads(&mut self, reads: &mut Events, discarded: &mut Discarded) {
        if reads.is_empty() {
            return;
        }
        move_over(&mut self.reads, &mut discarded.completed);
        for read in reads.drain(..) {
            replace_older(&mut self.reads, read, &mut discarded.superseded);
        }
    }

    /// An exclusive use leaves everything that may still run: its own commands, and what they are not ordered after.
    /// `accepted`: the contents were accepted as they are since it was granted.
    #[inline]
    pub fn put_back(&mut self, from: &mut Dependencies, accepted: bool, discarded: &mut Discarded) {
        if accepted {
            move_over(&mut from.writes, &mut discarded.completed);
        }
        replace(&mut self.writes, &mut from.writes, discarded);
        replace(&mut self.reads, &mut from.reads, discarded);
    }

    /// Sets the state of the contents, which are this version. Returns whether they are untouched.
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

    /// Accepts the contents as they are.
    pub fn accept(&mut self, discarded: &mut Discarded) {
        self.poison = None;
        self.accepted += 1;
        move_over(&mut self.writes, &mut discarded.completed);
    }
}

/// Puts the events `from` in place of those in `list`.
#[inline]
fn replace(list: &mut Events, from: &mut Events, discarded: &mut Discarded) {
    if !list.is_empty() {
        move_all(list, &mut discarded.superseded);
    }
    if !from.is_empty() {
        std::mem::swap(list, from);
    }
}

/// Moves the events that are not known to have succeeded.
fn take_unless_good(from: &mut Events, to: &mut Events, completed: &mut Completed) {
    let is_good = Event::is_noted_good;
    let good = from.iter().filter(|event| is_good(event)).count();
    if good == 0 {
        std::mem::swap(from, to);
        return;
    }
    if good == from.len() {
        from.iter().for_each(|event| completed.add(event));
        return;
    }
    let mut index = 0;
    while index < from.len() {
        if is_good(&from[index]) {
            completed.add(&from[index]);
            index += 1;
        } else {
            to.push(from.remove(index));
        }
    }
}
