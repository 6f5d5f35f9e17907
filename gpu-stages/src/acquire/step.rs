//! The step itself: all ledgers locked, all slots chosen, all users entered.

use crate::call::Call;
use crate::error::{Error, Result, Site};
use crate::lease::Lease;
use crate::ledger::Ledger;
use crate::sync::{MutexGuard, lock};
use crate::terms::{Entry, Grant, Mode, Parameter, Place, UserId};
use crate::track::Track;
use crate::value::Core;
use smallvec::SmallVec;

/// A request without its type.
#[derive(Clone, Copy)]
pub struct Ask<'a> {
    pub(super) core: &'a Core,
    pub(super) mode: Mode,
    pub(super) pin: Option<UserId>,
    pub(super) parameter: Parameter,
    pub(super) place: Place,
}

impl Ask<'_> {
    fn track(&self, grant: Option<Grant>) -> Track {
        // What stays valid whatever happens has no contents to worry about.
        let relies = self.mode != Mode::Write && !self.core.keeps_on_failure();
        let mut track = Track::new(self.core.name.get().cloned(), self.parameter, relies);
        if let Some(grant) = grant {
            track.load(grant);
        }
        track
    }
}

/// All that a call asks for, in order.
#[derive(Default)]
pub struct Asks<'a>(SmallVec<[Ask<'a>; 16]>);

impl<'a> Asks<'a> {
    pub(super) fn push(&mut self, ask: Ask<'a>) {
        self.0.push(ask);
    }
}

/// A place in a resource's line.
#[derive(Clone, Copy)]
pub struct User {
    pub(super) id: UserId,
    pub(super) slot: usize,
    pub(super) granted: bool,
}

/// The places that a call was given, in the order in which it asked.
pub struct Users<'a> {
    call: &'a Call,
    given: SmallVec<[User; 16]>,
    /// The call's account of the first of them; the others follow.
    first_account: usize,
    taken: usize,
}

impl<'a> Users<'a> {
    pub(super) fn new(call: &'a Call) -> Self {
        Users {
            call,
            given: SmallVec::new(),
            first_account: 0,
            taken: 0,
        }
    }

    /// The next one, and its account.
    pub(super) fn next(&mut self) -> (User, Lease) {
        let index = self.taken;
        self.taken += 1;
        let lease = Lease::new(self.call, self.first_account + index);
        (self.given[index], lease)
    }
}

/// One resource of a call, locked, and what the call takes of it so far.
struct Line<'a> {
    core: &'a Core,
    ledger: MutexGuard<'a, Ledger>,
    writes: usize,
    taken: SmallVec<[(usize, Mode); 2]>,
}

impl<'a> Line<'a> {
    fn locked(core: &'a Core) -> Self {
        Line {
            core,
            ledger: lock(&core.ledger),
            writes: 0,
            taken: SmallVec::new(),
        }
    }

    /// The slot that `ask` takes; `None` if the call could then only wait for itself.
    fn take(&mut self, ask: &Ask<'_>) -> Option<usize> {
        let slot = match (ask.mode, ask.pin) {
            (Mode::Write, _) => self.ledger.slot_for_write(self.writes),
            (_, None) => self.ledger.newest_slot(),
            (_, Some(pin)) => self.ledger.pinned_slot(pin),
        };
        self.writes += usize::from(ask.mode == Mode::Write);
        // Nobody waits for a use of a version that there will never be.
        if ask.pin.is_some_and(|pin| self.ledger.is_orphaned(pin)) {
            return Some(slot);
        }
        let mut same_slot = self.taken.iter().filter(|(taken, _)| *taken == slot);
        match same_slot.next() {
            None => self.taken.push((slot, ask.mode)),
            Some((_, Mode::Read)) if ask.mode == Mode::Read => {}
            Some(_) => return None,
        }
        Some(slot)
    }
}

/// The ledgers of a call's resources, all locked, each once. Locked in the order of their addresses, so that
/// two calls never wait for each other here.
#[derive(Default)]
struct Locked<'a>(SmallVec<[Line<'a>; 8]>);

impl<'a> Locked<'a> {
    fn lock_all(&mut self, asks: &Asks<'a>) {
        let mut cores: SmallVec<[&Core; 16]> = SmallVec::new();
        asks.0.iter().for_each(|ask| cores.push(ask.core));
        cores.sort_unstable_by_key(|core| std::ptr::from_ref(*core));
        cores.dedup_by_key(|core| std::ptr::from_ref(*core));
        for core in &cores {
            self.0.push(Line::locked(core));
        }
    }

    fn of(&mut self, core: &Core) -> &mut Line<'a> {
        let address = |core: &Core| std::ptr::from_ref(core);
        let index = self
            .0
            .binary_search_by_key(&address(core), |line| address(line.core));
        match index {
            Ok(index) => &mut self.0[index],
            Err(_) => unreachable!("every core that is asked for was locked"),
        }
    }
}

/// Enters a user for each of `asks`, or none.
pub fn acquire_all(asks: &Asks<'_>, users: &mut Users<'_>) -> Result<()> {
    let call = users.call;
    // None of the lists is moved as a whole: they are large.
    let mut locked = Locked::default();
    locked.lock_all(asks);
    for ask in &asks.0 {
        let Some(slot) = locked.of(ask.core).take(ask) else {
            drop(locked);
            return Err(waits_for_itself(ask, call));
        };
        users.given.push(User {
            // Until it is entered, below.
            id: UserId::MAX,
            slot,
            granted: false,
        });
    }
    asks.0.iter().for_each(|ask| ask.core.look());
    let mut grants: SmallVec<[Option<Grant>; 16]> = SmallVec::new();
    grants.resize_with(asks.0.len(), || None);
    let origin = call.origin();
    // Writes come last: the versions that a call writes are newer than the one it updates.
    for writes in [false, true] {
        for (index, ask) in asks.0.iter().enumerate() {
            if (ask.mode == Mode::Write) == writes {
                let user = &mut users.given[index];
                let entry = Entry {
                    mode: ask.mode,
                    slot: user.slot,
                    pin: ask.pin,
                    place: ask.place,
                    parameter: ask.parameter,
                    origin,
                };
                (user.id, grants[index]) = locked.of(ask.core).ledger.enter(entry);
                user.granted = grants[index].is_some();
            }
        }
    }
    drop(locked);
    let tracks = asks.0.iter().zip(&mut grants);
    users.first_account = call.add(tracks.map(|(ask, grant)| ask.track(grant.take())));
    Ok(())
}

fn waits_for_itself(ask: &Ask<'_>, call: &Call) -> Error {
    let own_name = ask.core.name.get().cloned();
    let resource = own_name.unwrap_or_else(|| ask.parameter.text());
    let by = call.origin();
    let site = Box::new(Site { resource, by });
    Error::WaitsForItself { site }
}
