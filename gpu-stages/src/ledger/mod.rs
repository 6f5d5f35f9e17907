//! The bookkeeping of one resource: slots, versions, and who uses them in which order.
//!
//! Plain data under the resource's lock: it touches no value, no device and no waker's code. Whatever must
//! happen outside of the lock (wakes, dropping events) is handed out in [`After`].

mod line;
mod pins;
mod slot;
mod solo;

use crate::error::Origin;
use crate::event::{Events, move_over};
use crate::terms::{
    After, Entry, Grant, Legacy, Mode, Orphaned, Parameter, Place, Seat, Standing, UserId,
};
use line::{Role, Turn, User, Users};
use slot::Slot;
use std::task::{Poll, Waker};

/// The users and versions of one resource.
#[derive(Debug)]
pub(crate) struct Ledger {
    slots: Box<[Slot]>,
    users: Users,
    newest: usize,
    next_version: u64,
    /// How many slots have something left behind.
    unclean: usize,
}

impl Ledger {
    /// `slots` slots, the first of which holds the newest version.
    pub fn new(slots: usize) -> Self {
        let mut ledger = Ledger {
            slots: (0..slots).map(|_| Slot::default()).collect(),
            users: Users::default(),
            newest: 0,
            next_version: 2,
            unclean: 0,
        };
        if let Some(first) = ledger.slots.first_mut() {
            (first.version, first.contents) = (1, 1);
        }
        ledger
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

    /// Puts a user in line for a slot. Returns whether its turn has come at once, because nobody stands in the way.
    pub fn enter(&mut self, entry: &Entry, slot: usize, call: u64) -> (UserId, bool) {
        let pin = entry.pin;
        let role = match (entry.mode, pin) {
            (Mode::Read, _) => Role::Read,
            (Mode::Update, Some(_)) => Role::UpdatePinned,
            (Mode::Update, None) => Role::Update,
            (Mode::Write, _) => Role::Write,
        };
        let (version, previous_version) = self.next_version(role, slot, pin);
        let id = self.users.add(User {
            place: entry.place,
            previous_version,
            ..User::new(role, slot, version, call, Some(entry.parameter))
        });
        (id, self.queue_up(id, pin))
    }

    /// The version that a user of a slot uses, or makes, and the one that the slot had before.
    #[inline]
    fn next_version(&mut self, role: Role, slot: usize, pin: Option<UserId>) -> (u64, u64) {
        let previous = self.slots[slot].version;
        if role.waits_for_pins() {
            let next = self.next_version;
            self.next_version += 1;
            self.slots[slot].version = next;
            self.newest = slot;
            return (next, previous);
        }
        // What is done through a pin stays the version that was pinned, the newest or not.
        let version = pin.map_or(previous, |pin| self.users[pin].version);
        (version, previous)
    }

    /// Whether a user whose turn has come finds nothing that it would have to wait for, or could not rely on.
    #[inline]
    pub fn is_clean_for(&self, id: UserId) -> bool {
        let user = &self.users[id];
        self.slots[user.slot].is_clean_for(user.role)
    }

    /// What the user's call calls the resource.
    pub fn parameter(&self, id: UserId) -> Parameter {
        let parameter = self.users[id].parameter;
        parameter.unwrap_or_else(|| unreachable!("a user that asks has introduced itself"))
    }

    /// Whether the user's turn has come, and what it finds then: `None` if that is nothing.
    pub fn poll(&self, id: UserId) -> Poll<Result<Option<Grant>, Orphaned>> {
        let user = &self.users[id];
        match &user.turn {
            Turn::Come => Poll::Ready(Ok(self.slots[user.slot].grant(user.role))),
            Turn::Never(writer) => Poll::Ready(Err(Orphaned(**writer))),
            Turn::Waiting => Poll::Pending,
        }
    }

    /// As [`poll`](Self::poll), but keeps `waker` when the turn has not come; then `waker` is left with the one
    /// kept before, to be dropped outside of the lock.
    pub fn park(
        &mut self,
        id: UserId,
        waker: &mut Option<Waker>,
    ) -> Poll<Result<Option<Grant>, Orphaned>> {
        let turn = self.poll(id);
        if turn.is_pending() {
            std::mem::swap(&mut self.users[id].waker, waker);
        }
        turn
    }

    /// Ends a user's use, in whatever state it is. `who` it is is asked where others are to be told that it did not write.
    pub fn leave(
        &mut self,
        id: UserId,
        legacy: Legacy,
        who: impl FnOnce() -> Origin,
        after: &mut After,
    ) {
        let user = &mut self.users[id];
        after.stale = user.waker.take();
        let (role, slot, behind) = (user.role, user.slot, user.behind);
        if let Some(place) = self.next_place(slot) {
            legacy.add_elsewhere(place, &mut after.awaited);
        }
        match self.users[id].turn {
            Turn::Never(_) => {}
            Turn::Waiting => {
                self.unlink(id);
                if role == Role::Write {
                    self.disown(id, behind, &who(), after);
                }
            }
            Turn::Come => {
                let untouched = self.settle(id, legacy, after);
                if untouched && role == Role::Write {
                    self.disown(id, self.slots[slot].first, &who(), after);
                }
            }
        }
        self.users.remove(id);
        self.admit_next(slot, after);
    }

    /// Where the next user in line for the slot begins, if there is one.
    #[inline]
    fn next_place(&self, slot: usize) -> Option<Place> {
        let first = self.slots[slot].first?;
        let mut line = self.users.line(Some(first));
        let next = line.find(|(_, user)| user.role != Role::Pin);
        next.map(|(_, user)| user.place)
    }

    /// Takes the contents as they are.
    pub fn clear_poison(&mut self, after: &mut After) {
        for slot in &mut self.slots {
            slot.poison = None;
            slot.accepted += 1;
            move_over(&mut slot.writes, &mut after.events);
        }
        self.unclean = self.slots.iter().filter(|slot| !slot.is_clean()).count();
    }

    /// Whether the contents were accepted as they are since the user's turn came.
    pub fn was_accepted(&self, id: UserId) -> bool {
        let user = &self.users[id];
        user.accepted != self.slots[user.slot].accepted
    }

    /// Everything that may still run on a device.
    pub fn take_pending(&mut self) -> Events {
        self.slots
            .iter_mut()
            .flat_map(|slot| slot.reads.drain(..).chain(slot.writes.drain(..)))
            .filter(|event| !event.is_noted_over())
            .collect()
    }

    /// Everybody who is there.
    pub fn seats(&self) -> Vec<Seat> {
        let present = self.users.present();
        let seats = present.filter_map(|user| {
            let standing = match (&user.turn, &user.waker) {
                (Turn::Come, _) => Standing::Holding,
                (Turn::Waiting, Some(_)) => Standing::Suspended,
                (Turn::Waiting, None) => Standing::InLine,
                (Turn::Never(_), _) => return None,
            };
            Some(Seat {
                slot: user.slot,
                standing,
                call: (user.role != Role::Pin).then_some(user.call),
                parameter: user.parameter,
            })
        });
        seats.collect()
    }

    /// Notes what a user whose turn had come leaves behind. Returns whether its contents are untouched.
    #[inline]
    fn settle(&mut self, id: UserId, legacy: Legacy, after: &mut After) -> bool {
        let accepted = self.was_accepted(id);
        let user = &self.users[id];
        let slot = &mut self.slots[user.slot];
        let was_clean = slot.is_clean();
        slot.dismiss(user.role);
        let untouched = match legacy {
            Legacy::Nothing => true,
            Legacy::Read(reads) => {
                slot.add_reads(reads, after);
                false
            }
            Legacy::Host(contents) if user.role.is_exclusive() => {
                slot.clear(after);
                slot.fill(user.version, contents)
            }
            Legacy::Host(_) => false,
            Legacy::Exclusive {
                writes,
                reads,
                contents,
            } => {
                slot.put_back(writes, reads, accepted, after);
                slot.fill(user.version, contents)
            }
        };
        self.unclean += usize::from(was_clean);
        self.unclean -= usize::from(slot.is_clean());
        untouched
    }

    /// A version will not be written: tells everybody in line for it, from `first` to the next write, and
    /// returns to the version before.
    fn disown(
        &mut self,
        writer: UserId,
        first: Option<UserId>,
        origin: &Origin,
        after: &mut After,
    ) {
        let User {
            slot,
            previous_version: previous,
            ..
        } = self.users[writer];
        let mut next = first;
        while let Some(id) = next {
            let user = &mut self.users[id];
            next = user.behind;
            if user.role == Role::Write {
                user.previous_version = previous;
                return;
            }
            user.turn = Turn::Never(Box::new(*origin));
            after.wake.extend(user.waker.take());
            self.unlink(id);
        }
        self.slots[slot].version = previous;
        let newest = (0..self.slots.len()).max_by_key(|&index| self.slots[index].version);
        self.newest = newest.unwrap_or(0);
    }
}
