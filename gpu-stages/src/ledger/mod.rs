//! The bookkeeping of one resource: slots, versions, and who uses them in which order.
//!
//! Plain data under the resource's lock: it touches no value, no device and no waker's code. Whatever must
//! happen outside of the lock (wakes, dropping events) is handed out in [`After`].

mod line;
mod pins;
mod slot;

use crate::error::Origin;
use crate::event::{Events, move_over};
use crate::terms::{
    After, Contents, Entry, Grant, Legacy, Mode, Orphaned, Place, Seat, Standing, UserId,
};
use line::{Role, Turn, User, Users};
use slot::{Slot, not_yet_good};
use smallvec::SmallVec;
use std::task::{Poll, Waker};

/// The users and versions of one resource.
#[derive(Debug)]
pub(crate) struct Ledger {
    slots: SmallVec<[Slot; 1]>,
    users: Users,
    newest: usize,
    next_version: u64,
}

impl Ledger {
    /// `slots` slots, the first of which holds the newest version.
    pub fn new(slots: usize) -> Self {
        let mut ledger = Ledger {
            slots: (0..slots).map(|_| Slot::default()).collect(),
            users: Users::default(),
            newest: 0,
            next_version: 2,
        };
        if let Some(first) = ledger.slots.first_mut() {
            (first.version, first.contents) = (1, 1);
        }
        ledger
    }

    /// The slot of the newest version.
    pub fn newest_slot(&self) -> usize {
        self.newest
    }

    /// How many slots there are.
    pub fn slots(&self) -> usize {
        self.slots.len()
    }

    /// The slot that the `nth` write of one call takes.
    pub fn slot_for_write(&self, nth: usize) -> usize {
        (self.newest + 1 + nth) % self.slots.len()
    }

    /// Puts a user in line for a slot. The grant comes at once when nobody stands in the way.
    pub fn enter(&mut self, entry: Entry) -> (UserId, Option<Grant>) {
        let Entry { slot, pin, .. } = entry;
        let role = match (entry.mode, pin) {
            (Mode::Read, _) => Role::Read,
            (Mode::Update, Some(_)) => Role::UpdatePinned,
            (Mode::Update, None) => Role::Update,
            (Mode::Write, _) => Role::Write,
        };
        let previous_version = self.slots[slot].version;
        if role.waits_for_pins() {
            self.slots[slot].version = self.next_version;
            self.next_version += 1;
            self.newest = slot;
        }
        // What is done through a pin stays the version that was pinned, the newest or not.
        let pinned = pin.map(|pin| self.users[pin].version);
        let id = self.users.add(User {
            place: entry.place,
            parameter: Some(entry.parameter),
            version: pinned.unwrap_or(self.slots[slot].version),
            previous_version,
            ..User::new(role, slot, entry.origin)
        });
        let has_come = self.queue_up(id, pin);
        (id, has_come.then(|| self.grant(id)))
    }

    /// Whether the user's turn has come.
    pub fn poll(&self, id: UserId) -> Poll<Result<Grant, Orphaned>> {
        match self.users[id].turn {
            Turn::Come => Poll::Ready(Ok(self.grant(id))),
            Turn::Never(orphaned) => Poll::Ready(Err(orphaned)),
            Turn::Waiting => Poll::Pending,
        }
    }

    /// As [`poll`](Self::poll), but keeps `waker` when the turn has not come; then `waker` is left with the one
    /// kept before, to be dropped outside of the lock.
    pub fn park(&mut self, id: UserId, waker: &mut Option<Waker>) -> Poll<Result<Grant, Orphaned>> {
        let turn = self.poll(id);
        if turn.is_pending() {
            std::mem::swap(&mut self.users[id].waker, waker);
        }
        turn
    }

    /// Ends a user's use, in whatever state it is.
    pub fn leave(&mut self, id: UserId, legacy: Legacy, after: &mut After) {
        let user = &mut self.users[id];
        after.stale = user.waker.take();
        let (role, slot, turn, origin) = (user.role, user.slot, user.turn, user.origin);
        let (previous, behind) = (user.previous_version, user.behind);
        let mut unwritten = role == Role::Write;
        match turn {
            Turn::Never(_) => unwritten = false,
            Turn::Waiting => self.unlink(id),
            Turn::Come => unwritten &= self.settle(id, legacy, after),
        }
        if unwritten {
            let heir = match turn {
                Turn::Waiting => behind,
                _ => self.slots[slot].first,
            };
            self.disown(slot, heir, previous, origin, after);
        }
        self.users.remove(id);
        self.admit_next(slot, after);
    }

    /// Where the next user in line for the slot begins, if there is one.
    pub fn next_place(&self, slot: usize) -> Option<Place> {
        let mut line = self.users.line(self.slots[slot].first);
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
        let seats = present.filter_map(|(_, user)| {
            let standing = match (user.turn, &user.waker) {
                (Turn::Come, _) => Standing::Holding,
                (Turn::Waiting, Some(_)) => Standing::Suspended,
                (Turn::Waiting, None) => Standing::InLine,
                (Turn::Never(_), _) => return None,
            };
            Some(Seat {
                slot: user.slot,
                standing,
                by: user
                    .parameter
                    .map(|parameter| (user.origin.call, parameter)),
            })
        });
        seats.collect()
    }

    fn grant(&self, id: UserId) -> Grant {
        let user = &self.users[id];
        let slot = &self.slots[user.slot];
        Grant {
            writes: not_yet_good(&slot.writes),
            reads: if user.role.is_exclusive() {
                not_yet_good(&slot.reads)
            } else {
                Events::new()
            },
            poison: slot.poison.clone().filter(|_| user.role != Role::Write),
        }
    }

    /// Notes what a user whose turn had come leaves behind. Returns whether its contents are untouched.
    fn settle(&mut self, id: UserId, legacy: Legacy, after: &mut After) -> bool {
        let accepted = self.was_accepted(id);
        let user = &self.users[id];
        let slot = &mut self.slots[user.slot];
        slot.dismiss(user.role);
        match legacy {
            Legacy::Nothing => true,
            Legacy::Read(reads) => {
                slot.add_reads(reads, after);
                false
            }
            Legacy::Exclusive {
                writes,
                reads,
                contents: Contents::Untouched,
            } => {
                slot.put_back(writes, reads, accepted, after);
                true
            }
            Legacy::Exclusive {
                writes,
                reads,
                contents,
            } => {
                slot.replace(writes, reads, after);
                slot.contents = user.version;
                slot.poison = match contents {
                    Contents::Poisoned(poison) => Some(poison),
                    Contents::Good | Contents::Untouched => None,
                };
                false
            }
        }
    }

    /// A version will not be written: tells everybody in line for it, from `first` to the next write, and
    /// returns to the version before.
    fn disown(
        &mut self,
        slot: usize,
        first: Option<UserId>,
        previous: u64,
        writer: Origin,
        after: &mut After,
    ) {
        let mut next = first;
        while let Some(id) = next {
            let user = &mut self.users[id];
            next = user.behind;
            if user.role == Role::Write {
                user.previous_version = previous;
                return;
            }
            user.turn = Turn::Never(Orphaned(writer));
            after.wake.extend(user.waker.take());
            self.unlink(id);
        }
        self.slots[slot].version = previous;
        let newest = (0..self.slots.len()).max_by_key(|&index| self.slots[index].version);
        self.newest = newest.unwrap_or(0);
    }
}
