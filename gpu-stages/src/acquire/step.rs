//! The atomic step: all resources locked, and a use added to each.

use crate::call::Call;
use crate::error::{Error, Result, Site};
use crate::slots::core::{Core, Place};
use crate::slots::state::{Mode, State, Wish};
use crate::util::primitives::MutexGuard;
use smallvec::SmallVec;

/// A request without the type of its resource.
pub struct Ask<'a> {
    core: &'a Core,
    wish: Wish,
    /// Its place among those of its call.
    number: usize,
}

impl Ask<'_> {
    /// The slot that it takes, after `writes` of the same call that are not added yet.
    #[inline]
    fn slot(&self, state: &State, writes: usize) -> usize {
        match (self.wish.mode, self.wish.pin) {
            (Mode::Write, _) => state.slot_for_write(writes),
            (_, None) => state.newest_slot(),
            (_, Some(pin)) => state.pinned_slot(pin),
        }
    }

    /// Whether it is for a version that will never be written. Its use is never granted.
    fn is_never_written(&self, state: &State) -> bool {
        self.wish.pin.is_some_and(|pin| state.is_never_written(pin))
    }

    /// Adds a use for it. The asks of one call for one resource are added in the order of their uses.
    #[inline]
    fn add(&self, state: &mut State, call: &Call) -> Place {
        let slot = self.slot(state, 0);
        self.core.add(state, &self.wish, slot, call)
    }
}

/// Everything that a call asks for.
pub struct Asks<'a>(SmallVec<[Ask<'a>; 8]>);

impl<'a> Asks<'a> {
    pub(super) fn new() -> Self {
        Asks(SmallVec::new())
    }

    #[inline]
    pub(crate) fn push(&mut self, core: &'a Core, wish: Wish) {
        let number = self.0.len();
        self.0.push(Ask { core, wish, number });
    }
}

/// The places that a call is given, with the numbers of its asks, and how many of them were taken out.
pub struct Places(SmallVec<[(usize, Option<Place>); 8]>, usize);

impl Places {
    pub(super) fn new() -> Self {
        Places(SmallVec::new(), 0)
    }

    /// The next one, in the order of the asks.
    #[inline]
    pub(crate) fn next(&mut self) -> Place {
        let place = self.0.get_mut(self.1);
        self.1 += 1;
        place
            .and_then(|(_, place)| place.take())
            .unwrap_or_else(|| unreachable!("there is a place for each ask"))
    }
}

/// Adds a use of one resource for `call`.
#[inline]
pub fn add_one(core: &Core, wish: Wish, call: &Call) -> Place {
    let number = 0;
    let ask = Ask { core, wish, number };
    ask.add(&mut core.state(), call)
}

/// Adds a use for each of `asks` to the empty `places`, or for none.
pub fn add_all(asks: &mut Asks<'_>, call: &Call, places: &mut Places) -> Result<()> {
    let asks = asks.0.as_mut_slice();
    // The asks for one resource come together, in the order in which they were made.
    asks.sort_unstable_by_key(|ask| (ask.core.id, ask.number));
    let mut states = lock_all(asks);
    if states.len() < asks.len()
        && let Some(ask) = first_stuck(asks, &states)
    {
        drop(states);
        return Err(waits_for_itself(ask, call));
    }
    let mut add = |ask: &Ask<'_>, state: &mut State| {
        places.0.push((ask.number, Some(ask.add(state, call))));
    };
    for (asks, state) in by_resource(asks).zip(&mut states) {
        if let [ask] = asks {
            add(ask, state);
            continue;
        }
        // Writes come last: the versions that a call writes are newer than the one it updates.
        let is_write = |ask: &&Ask<'_>| ask.wish.mode == Mode::Write;
        let uses = asks.iter().filter(|ask| !is_write(ask));
        let all = uses.chain(asks.iter().filter(is_write));
        all.for_each(|ask| add(ask, state));
    }
    drop(states);
    if !places.0.is_sorted_by_key(|(number, _)| *number) {
        places.0.sort_unstable_by_key(|(number, _)| *number);
    }
    Ok(())
}

/// Locks the resources, each once, in the order of their numbers: so two calls never wait for each other here.
#[inline]
fn lock_all<'a>(asks: &[Ask<'a>]) -> SmallVec<[MutexGuard<'a, State>; 8]> {
    let mut states = SmallVec::new();
    for asks in by_resource(asks) {
        states.push(asks[0].core.state());
    }
    states
}

#[inline]
fn by_resource<'b, 'a>(asks: &'b [Ask<'a>]) -> impl Iterator<Item = &'b [Ask<'a>]> {
    asks.chunk_by(|one, other| one.core.id == other.core.id)
}

/// The first ask for which the call could only wait for itself.
fn first_stuck<'b, 'a>(
    asks: &'b [Ask<'a>],
    states: &[MutexGuard<'_, State>],
) -> Option<&'b Ask<'a>> {
    let stuck = by_resource(asks).zip(states);
    let stuck = stuck.filter_map(|(asks, state)| stuck_among(asks, state));
    stuck.min_by_key(|ask| ask.number)
}

/// The same, among asks for one resource.
fn stuck_among<'b, 'a>(asks: &'b [Ask<'a>], state: &State) -> Option<&'b Ask<'a>> {
    let mut before: SmallVec<[(&Ask<'_>, usize); 8]> = SmallVec::new();
    for ask in asks {
        let writes = before.iter().filter(|(it, _)| it.wish.mode == Mode::Write);
        let slot = ask.slot(state, writes.count());
        if ask.is_never_written(state) {
            continue;
        }
        let both_read = |it: &Ask<'_>| [ask.wish.mode, it.wish.mode] == [Mode::Read, Mode::Read];
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
    let resource = ask.core.name_for(ask.wish.parameter).text();
    let by = call.origin();
    let site = Box::new(Site { resource, by });
    Error::WaitsForItself { site }
}
