//! The bookkeeping of one resource: slots, versions, and who uses them in which order.
//!
//! Plain data under the resource's lock: it touches no value, no device and no waker's code. Whatever must
//! happen outside of the lock (wakes, dropping events) is handed out in [`After`].

use crate::error::{Origin, Poison};
use crate::event::{Events, move_all, move_over, replace_older};
use crate::sync::Arc;
use crate::terms::{After, Contents, Grant, Legacy, Mode, Orphaned, Place, UserId};
use smallvec::SmallVec;
use std::task::{Poll, Waker};

/// The users and versions of one resource.
#[derive(Debug)]
pub(crate) struct Ledger {
    slots: SmallVec<[Slot; 1]>,
    users: Vec<User>,
    free: Vec<UserId>,
    newest: usize,
    next_version: u64,
}

#[derive(Debug, Default)]
struct Slot {
    /// The version that is in the slot once everybody who asked so far is done.
    version: u64,
    /// Users that have their turn.
    sharing: usize,
    exclusive: bool,
    /// Users that wait for their turn, first and last.
    first: Option<UserId>,
    last: Option<UserId>,
    writes: Events,
    reads: Events,
    poison: Option<Arc<Poison>>,
    /// How often the contents were accepted as they are.
    accepted: u64,
}

#[derive(Debug)]
struct User {
    mode: Mode,
    slot: usize,
    place: Place,
    origin: Origin,
    /// What `Slot::accepted` was when the turn came.
    accepted: u64,
    turn: Turn,
    /// The version that the slot had before this user's, to return to.
    previous_version: u64,
    waker: Option<Waker>,
    before: Option<UserId>,
    behind: Option<UserId>,
}

#[derive(Clone, Copy, Debug)]
enum Turn {
    Waiting,
    Come,
    Never(Orphaned),
}

impl Ledger {
    /// `slots` slots, the first of which holds the newest version.
    pub fn new(slots: usize) -> Self {
        let mut ledger = Ledger {
            slots: (0..slots).map(|_| Slot::default()).collect(),
            users: Vec::new(),
            free: Vec::new(),
            newest: 0,
            next_version: 2,
        };
        if let Some(first) = ledger.slots.first_mut() {
            first.version = 1;
        }
        ledger
    }

    /// The slot that the `nth` write of one call takes, or, without one, the slot of the newest version.
    pub fn slot_for(&self, nth_write: Option<usize>) -> usize {
        match nth_write {
            None => self.newest,
            Some(nth) => (self.newest + 1 + nth) % self.slots.len(),
        }
    }

    /// Puts a user in line for `slot`. The grant comes at once when nobody stands in the way.
    pub fn enter(
        &mut self,
        mode: Mode,
        slot: usize,
        place: Place,
        origin: Origin,
    ) -> (UserId, Option<Grant>) {
        let previous_version = self.slots[slot].version;
        if mode != Mode::Read {
            self.slots[slot].version = self.next_version;
            self.next_version += 1;
            self.newest = slot;
        }
        let id = self.add(User {
            mode,
            slot,
            place,
            origin,
            accepted: 0,
            turn: Turn::Waiting,
            previous_version,
            waker: None,
            before: None,
            behind: None,
        });
        let line = &self.slots[slot];
        if line.first.is_none() && line.admits(mode) {
            self.admit(id);
            (id, Some(self.grant(id)))
        } else {
            self.append(id);
            (id, None)
        }
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
        let (mode, slot, turn, origin) = (user.mode, user.slot, user.turn, user.origin);
        let (previous, behind) = (user.previous_version, user.behind);
        let mut unwritten = mode == Mode::Write;
        match turn {
            Turn::Never(_) => unwritten = false,
            Turn::Waiting => self.unlink(id),
            Turn::Come => {
                let accepted = self.was_accepted(id);
                unwritten &= self.settle(slot, mode, legacy, accepted, after);
            }
        }
        if unwritten {
            let heir = match turn {
                Turn::Waiting => behind,
                _ => self.slots[slot].first,
            };
            self.disown(slot, heir, previous, origin, after);
        }
        self.free.push(id);
        self.admit_next(slot, after);
    }

    /// Where the next user in line for the slot begins, if there is one.
    pub fn next_place(&self, slot: usize) -> Option<Place> {
        self.slots[slot].first.map(|next| self.users[next].place)
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

    fn add(&mut self, user: User) -> UserId {
        match self.free.pop() {
            Some(id) => {
                self.users[id] = user;
                id
            }
            None => {
                self.users.push(user);
                self.users.len() - 1
            }
        }
    }

    fn admit(&mut self, id: UserId) {
        let user = &mut self.users[id];
        user.turn = Turn::Come;
        let slot = &mut self.slots[user.slot];
        user.accepted = slot.accepted;
        match user.mode {
            Mode::Read => slot.sharing += 1,
            Mode::Update | Mode::Write => slot.exclusive = true,
        }
    }

    fn grant(&self, id: UserId) -> Grant {
        let user = &self.users[id];
        let slot = &self.slots[user.slot];
        let exclusive = user.mode != Mode::Read;
        Grant {
            writes: not_yet_good(&slot.writes),
            reads: if exclusive {
                not_yet_good(&slot.reads)
            } else {
                Events::new()
            },
            poison: slot.poison.clone().filter(|_| user.mode != Mode::Write),
        }
    }

    /// Notes what a user whose turn had come leaves behind. Returns whether its contents are untouched.
    fn settle(
        &mut self,
        slot: usize,
        mode: Mode,
        legacy: Legacy,
        accepted: bool,
        after: &mut After,
    ) -> bool {
        let slot = &mut self.slots[slot];
        match mode {
            Mode::Read => slot.sharing -= 1,
            Mode::Update | Mode::Write => slot.exclusive = false,
        }
        match legacy {
            Legacy::Nothing => true,
            Legacy::Read(reads) => {
                // Readers come from ever new queues: those that are over need not be remembered.
                move_over(&mut slot.reads, &mut after.events);
                for read in reads {
                    replace_older(&mut slot.reads, read, &mut after.events);
                }
                false
            }
            Legacy::Exclusive {
                mut writes,
                reads,
                contents,
            } => {
                if accepted && matches!(contents, Contents::Untouched) {
                    move_over(&mut writes, &mut after.events);
                }
                move_all(&mut slot.writes, &mut after.events);
                move_all(&mut slot.reads, &mut after.events);
                slot.writes = writes;
                slot.reads = reads;
                match contents {
                    Contents::Good => slot.poison = None,
                    Contents::Poisoned(poison) => slot.poison = Some(poison),
                    Contents::Untouched => return true,
                }
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
            if user.mode == Mode::Write {
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

    fn admit_next(&mut self, slot: usize, after: &mut After) {
        while let Some(id) = self.slots[slot].first {
            if !self.slots[slot].admits(self.users[id].mode) {
                return;
            }
            self.unlink(id);
            self.admit(id);
            after.wake.extend(self.users[id].waker.take());
        }
    }

    fn append(&mut self, id: UserId) {
        let slot = &mut self.slots[self.users[id].slot];
        let before = slot.last.replace(id);
        match before {
            Some(before) => self.users[before].behind = Some(id),
            None => slot.first = Some(id),
        }
        self.users[id].before = before;
    }

    fn unlink(&mut self, id: UserId) {
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

impl Slot {
    fn admits(&self, mode: Mode) -> bool {
        match mode {
            Mode::Read => !self.exclusive,
            Mode::Update | Mode::Write => !self.exclusive && self.sharing == 0,
        }
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
