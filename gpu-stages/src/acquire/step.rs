//! The step itself: all ledgers locked, and in each a user entered.

use crate::books::{Core, Locked};
use crate::call::{Call, Calls};
use crate::error::{Error, Result, Site};
use crate::lease::Lease;
use crate::ledger::Ledger;
use crate::terms::{Entered, Entry, Known, Mode, Place};
use smallvec::SmallVec;
use std::task::Poll;

/// A request without its type.
pub struct Ask<'a> {
    core: &'a Core,
    entry: Entry,
    /// Its place among those of its call.
    number: usize,
}

impl Ask<'_> {
    /// Orders the locks of ledgers, and tells one resource from another.
    #[inline]
    fn address(&self) -> *const Core {
        std::ptr::from_ref(self.core)
    }

    /// The slot that it takes, behind `writes` of the same call that are not entered yet.
    #[inline]
    fn slot(&self, ledger: &Ledger, writes: usize) -> usize {
        match (self.entry.mode, self.entry.pin) {
            (Mode::Write, _) => ledger.slot_for_write(writes),
            (_, None) => ledger.newest_slot(),
            (_, Some(pin)) => ledger.pinned_slot(pin),
        }
    }

    /// Whether it is for a version that there will never be. Nobody waits for its use.
    fn is_orphaned(&self, ledger: &Ledger) -> bool {
        self.entry.pin.is_some_and(|pin| ledger.is_orphaned(pin))
    }

    /// Enters a user for it. Those of one call for one resource are entered in the order in which they stand in line.
    #[inline]
    fn enter(&self, ledger: &mut Ledger, call: &Call) -> Entered {
        let slot = self.slot(ledger, 0);
        let (id, granted) = ledger.enter(&self.entry, slot, call.id());
        let Entry {
            mode,
            place,
            parameter,
            ..
        } = self.entry;
        // Where nobody left anything, there is nothing to keep account of while the host alone uses it; whoever has to
        // wait for its turn will see.
        let is_hosts = !matches!(place, Place::Queue(_)) && !self.core.is_watched();
        let is_clean = granted && ledger.is_clean_for(id);
        let is_plain = !granted || is_hosts && is_clean;
        let account = (!is_plain).then(|| {
            let mut track = self.core.track(mode, parameter);
            if let Poll::Ready(Ok(Some(grant))) = ledger.poll(id) {
                track.load(grant);
            }
            call.open_account(track)
        });
        Entered {
            user: Known::Entered(id),
            slot,
            granted,
            account,
        }
    }
}

/// All that a call asks for.
#[derive(Default)]
pub struct Asks<'a>(SmallVec<[Ask<'a>; 8]>);

impl<'a> Asks<'a> {
    #[inline]
    pub(super) fn push(&mut self, core: &'a Core, entry: Entry) {
        let number = self.0.len();
        self.0.push(Ask {
            core,
            entry,
            number,
        });
    }
}

/// The places that a call was given, in the order in which it asked, and as many handles to it.
pub struct Users {
    given: <SmallVec<[Entered; 8]> as IntoIterator>::IntoIter,
    calls: Calls,
}

impl Users {
    /// The next one, and its account.
    #[inline]
    pub(super) fn next(&mut self) -> (Entered, Lease) {
        let user = self.given.next();
        let user =
            user.unwrap_or_else(|| unreachable!("there is a place for each that was asked for"));
        (user, Lease::new(self.calls.next(), user.account))
    }
}

/// Enters a user of `call`.
#[inline]
pub fn enter_one(core: &Core, entry: Entry, call: &Call) -> Entered {
    let number = 0;
    let ask = Ask {
        core,
        entry,
        number,
    };
    let mut ledger = core.ledger();
    core.look();
    ask.enter(&mut ledger, call)
}

/// Enters a user of `call` for each of `asks`, or none.
pub fn enter_all(asks: &mut Asks<'_>, call: &Call) -> Result<Users> {
    let asks = asks.0.as_mut_slice();
    // Those of one resource come together, in the order in which they were asked.
    asks.sort_unstable_by_key(|ask| (ask.address(), ask.number));
    let mut ledgers = lock_all(asks);
    asks.iter().for_each(|ask| ask.core.look());
    if ledgers.len() < asks.len()
        && let Some(ask) = first_stuck(asks, &ledgers)
    {
        drop(ledgers);
        return Err(waits_for_itself(ask, call));
    }
    let mut given = SmallVec::from_elem(Entered::alone(0, ""), asks.len());
    let mut enter = |ask: &Ask<'_>, ledger: &mut Ledger| {
        given[ask.number] = ask.enter(ledger, call);
    };
    for (asks, ledger) in by_resource(asks).zip(&mut ledgers) {
        if let [ask] = asks {
            enter(ask, ledger);
            continue;
        }
        // Writes come last: the versions that a call writes are newer than the one it updates.
        let is_write = |ask: &&Ask<'_>| ask.entry.mode == Mode::Write;
        let uses = asks.iter().filter(|ask| !is_write(ask));
        let all = uses.chain(asks.iter().filter(is_write));
        all.for_each(|ask| enter(ask, ledger));
    }
    Ok(Users {
        calls: call.times(given.len()),
        given: given.into_iter(),
    })
}

/// The ledgers of the resources, each locked once, in the order of their addresses: so two calls never wait for each
/// other here.
#[inline]
fn lock_all<'a>(asks: &[Ask<'a>]) -> SmallVec<[Locked<'a>; 8]> {
    let mut ledgers = SmallVec::new();
    for asks in by_resource(asks) {
        ledgers.push(asks[0].core.ledger());
    }
    ledgers
}

#[inline]
fn by_resource<'b, 'a>(asks: &'b [Ask<'a>]) -> impl Iterator<Item = &'b [Ask<'a>]> {
    asks.chunk_by(|one, other| one.address() == other.address())
}

/// If the call could only wait for itself, the first ask by which it would.
fn first_stuck<'b, 'a>(asks: &'b [Ask<'a>], ledgers: &[Locked<'_>]) -> Option<&'b Ask<'a>> {
    let stuck = by_resource(asks).zip(ledgers);
    let stuck = stuck.filter_map(|(asks, ledger)| stuck_among(asks, ledger));
    stuck.min_by_key(|ask| ask.number)
}

/// The same, of asks for one resource.
fn stuck_among<'b, 'a>(asks: &'b [Ask<'a>], ledger: &Ledger) -> Option<&'b Ask<'a>> {
    let mut before: SmallVec<[(&Ask<'_>, usize); 8]> = SmallVec::new();
    for ask in asks {
        let writes = before.iter().filter(|(it, _)| it.entry.mode == Mode::Write);
        let slot = ask.slot(ledger, writes.count());
        if ask.is_orphaned(ledger) {
            continue;
        }
        let both_read = |it: &Ask<'_>| [ask.entry.mode, it.entry.mode] == [Mode::Read, Mode::Read];
        if before
            .iter()
            .any(|(it, its)| *its == slot && !both_read(it))
        {
            return Some(ask);
        }
        before.push((ask, slot));
    }
    None
}

#[cold]
fn waits_for_itself(ask: &Ask<'_>, call: &Call) -> Error {
    let own_name = ask.core.name.get().cloned();
    let resource = own_name.unwrap_or_else(|| ask.entry.parameter.text());
    let by = call.origin();
    let site = Box::new(Site { resource, by });
    Error::WaitsForItself { site }
}
