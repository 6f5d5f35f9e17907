//! The step itself: all ledgers locked, all slots chosen, all users entered.

use crate::call::Call;
use crate::error::{Error, Origin, Result, Site};
use crate::lease::Lease;
use crate::ledger::Ledger;
use crate::sync::{MutexGuard, lock};
use crate::terms::{Entered, Entry, Mode};
use crate::value::Core;
use smallvec::SmallVec;
use std::task::Poll;

/// A request without its type.
#[derive(Clone, Copy)]
pub struct Ask<'a> {
    pub(super) core: &'a Core,
    pub(super) entry: Entry,
}

impl Ask<'_> {
    /// Enters a user for it.
    #[inline]
    fn enter(&self, ledger: &mut Ledger, slot: usize, origin: Origin, call: &Call) -> Entered {
        let (id, granted) = ledger.enter(&self.entry, slot, origin);
        let Entry {
            mode, parameter, ..
        } = self.entry;
        // Where nobody left anything, there is nothing to keep account of while the host alone uses it; whoever has to
        // wait for its turn will see.
        let is_plain = !granted || !self.core.is_watched() && ledger.is_clean_for(id);
        let account = (!is_plain).then(|| {
            let mut track = self.core.track(mode, parameter);
            if let Poll::Ready(Ok(grant)) = ledger.poll(id) {
                track.load(grant);
            }
            call.open_account(track)
        });
        Entered {
            id,
            slot,
            granted,
            account,
            parameter,
        }
    }
}

/// All that a call asks for, in order.
#[derive(Default)]
pub struct Asks<'a>(SmallVec<[Ask<'a>; 8]>);

impl<'a> Asks<'a> {
    #[inline]
    pub(super) fn push(&mut self, ask: Ask<'a>) {
        self.0.push(ask);
    }
}

/// The places that a call was given, in the order in which it asked.
pub struct Users<'a> {
    call: &'a Call,
    given: SmallVec<[Entered; 8]>,
    taken: usize,
}

impl<'a> Users<'a> {
    pub(super) fn new(call: &'a Call) -> Self {
        Users {
            call,
            given: SmallVec::new(),
            taken: 0,
        }
    }

    /// The next one, and its account.
    #[inline]
    pub(super) fn next(&mut self) -> (Entered, Lease) {
        let user = self.given[self.taken];
        self.taken += 1;
        (user, Lease::new(self.call.clone(), user.account))
    }
}

/// The ledgers of a call's resources, each locked once, in the order of their addresses: so two calls never wait for
/// each other here.
#[derive(Default)]
struct Locked<'a> {
    ledgers: SmallVec<[MutexGuard<'a, Ledger>; 8]>,
    /// For each ask, which of them is its own.
    of: SmallVec<[usize; 8]>,
}

impl<'a> Locked<'a> {
    fn lock_all(&mut self, asks: &[Ask<'a>]) {
        if let [ask] = asks {
            self.ledgers.push(lock(&ask.core.ledger));
            self.of.push(0);
            return;
        }
        let address = |index: usize| std::ptr::from_ref(asks[index].core);
        let mut order: SmallVec<[usize; 8]> = (0..asks.len()).collect();
        order.sort_unstable_by_key(|index| address(*index));
        self.of.resize(asks.len(), 0);
        let mut before = None;
        for index in order {
            if before != Some(address(index)) {
                self.ledgers.push(lock(&asks[index].core.ledger));
                before = Some(address(index));
            }
            self.of[index] = self.ledgers.len() - 1;
        }
    }

    /// The ledger of the ask number `index`.
    #[inline]
    fn ledger(&mut self, index: usize) -> &mut Ledger {
        &mut self.ledgers[self.of[index]]
    }

    /// Whether no resource is asked for twice.
    fn all_differ(&self) -> bool {
        self.ledgers.len() == self.of.len()
    }

    /// The slot that ask number `index` takes; `writes` are those of the same call before, of the same resource.
    #[inline]
    fn slot(&mut self, entry: &Entry, index: usize, writes: usize) -> usize {
        let ledger = self.ledger(index);
        match (entry.mode, entry.pin) {
            (Mode::Write, _) => ledger.slot_for_write(writes),
            (_, None) => ledger.newest_slot(),
            (_, Some(pin)) => ledger.pinned_slot(pin),
        }
    }

    /// The slots that `asks` take; if the call could then only wait for itself, the ask by which it would.
    fn slots<'b>(&mut self, asks: &'b [Ask<'a>]) -> Result<SmallVec<[usize; 8]>, &'b Ask<'a>> {
        let mut slots = SmallVec::<[usize; 8]>::new();
        for (index, ask) in asks.iter().enumerate() {
            let of_same = (0..index).filter(|earlier| self.of[*earlier] == self.of[index]);
            let of_same: SmallVec<[usize; 8]> = of_same.collect();
            let writes = |earlier: &&usize| asks[**earlier].entry.mode == Mode::Write;
            let writes = of_same.iter().filter(writes).count();
            let slot = self.slot(&ask.entry, index, writes);
            let ledger = self.ledger(index);
            // Nobody waits for a use of a version that there will never be.
            let is_orphaned = |ask: &Ask<'_>| {
                let pin = ask.entry.pin;
                pin.is_some_and(|pin| ledger.is_orphaned(pin))
            };
            let both_read = |before: &Ask<'_>| {
                let modes = [ask.entry.mode, before.entry.mode];
                modes == [Mode::Read, Mode::Read]
            };
            let stuck = of_same.iter().any(|&earlier| {
                let before = &asks[earlier];
                slots[earlier] == slot && !both_read(before) && !is_orphaned(before)
            });
            if stuck && !is_orphaned(ask) {
                return Err(ask);
            }
            slots.push(slot);
        }
        Ok(slots)
    }
}

/// Enters a user for each of `asks`, or none.
pub fn acquire_all(asks: &Asks<'_>, users: &mut Users<'_>) -> Result<()> {
    let asks = asks.0.as_slice();
    // None of the lists is moved as a whole: they are large.
    let mut locked = Locked::default();
    locked.lock_all(asks);
    asks.iter().for_each(|ask| ask.core.look());
    let origin = users.call.origin();
    if locked.all_differ() {
        for (index, ask) in asks.iter().enumerate() {
            let slot = locked.slot(&ask.entry, index, 0);
            let user = ask.enter(locked.ledger(index), slot, origin, users.call);
            users.given.push(user);
        }
        return Ok(());
    }
    let slots = match locked.slots(asks) {
        Ok(slots) => slots,
        Err(ask) => {
            drop(locked);
            return Err(waits_for_itself(ask, users.call));
        }
    };
    let mut given: SmallVec<[Option<Entered>; 8]> = SmallVec::new();
    given.resize(asks.len(), None);
    // Writes come last: the versions that a call writes are newer than the one it updates.
    for writes in [false, true] {
        for (index, ask) in asks.iter().enumerate() {
            if (ask.entry.mode == Mode::Write) == writes {
                let ledger = locked.ledger(index);
                given[index] = Some(ask.enter(ledger, slots[index], origin, users.call));
            }
        }
    }
    users.given.extend(given.into_iter().flatten());
    Ok(())
}

fn waits_for_itself(ask: &Ask<'_>, call: &Call) -> Error {
    let own_name = ask.core.name.get().cloned();
    let resource = own_name.unwrap_or_else(|| ask.entry.parameter.text());
    let by = call.origin();
    let site = Box::new(Site { resource, by });
    Error::WaitsForItself { site }
}
