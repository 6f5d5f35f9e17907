//! Acquiring what nobody else wants, without the ledgers.

use crate::books::Core;
use crate::call::Call;
use crate::solo::{Alone, By};
use crate::terms::{Entered, Entry, Mode, Place};
use crate::timeline;

/// A request that the ledger need not know of.
pub struct Lone<'a> {
    core: &'a Core,
    mode: Mode,
    name: &'static str,
}

impl<'a> Lone<'a> {
    /// A request, if it can be granted without the ledger as far as can be seen: not on a queue, which leaves events in
    /// it, nor for a version, whose pin is in it. Timelines are told of turns, and those in lists come with many others.
    #[inline]
    pub(super) fn of(core: &'a Core, entry: &Entry) -> Option<Self> {
        let on_queue = matches!(entry.place, Place::Queue(_));
        if on_queue || timeline::is_wanted() || !core.solo.is_open() {
            return None;
        }
        let (mode, name) = (entry.mode, entry.parameter.name()?);
        Some(Lone { core, mode, name })
    }

    #[inline]
    fn alone(&self, by: By) -> Alone {
        let mode = self.mode;
        Alone { mode, by }
    }

    #[inline]
    fn take(&self, by: By) -> Option<Entered> {
        let slot = self.core.solo.take(self.alone(by), self.core.slots)?;
        Some(Entered::alone(slot, self.name))
    }

    /// Takes the resource for an allocation made by hand, if nobody else is there.
    #[inline]
    pub(super) fn take_by_hand(&self) -> Option<Entered> {
        self.take(By::Hand)
    }

    /// Takes the resource for a call, if nobody else is there.
    #[inline]
    pub(super) fn take_for(&self, call: &Call) -> Option<Entered> {
        self.take(By::Call(call.id()))
    }
}

/// Takes all for a call, if nobody else is there; otherwise none. They are taken one by one; until all are, whoever wants
/// one of them prevents it.
#[inline]
pub fn take_all<const N: usize>(all: &[Lone<'_>; N], call: &Call) -> Option<[Entered; N]> {
    let joint = call.begin_joint()?;
    let by = By::Joint(call.id());
    let mut given = [Entered::alone(0, ""); N];
    let mut taken = 0;
    for (entered, lone) in given.iter_mut().zip(all) {
        let Some(user) = lone.take(by) else { break };
        *entered = user;
        taken += 1;
    }
    if taken == N && joint.decide() {
        return Some(given);
    }
    give_back(&all[..taken], by);
    drop(joint);
    None
}

#[cold]
fn give_back(taken: &[Lone<'_>], by: By) {
    for lone in taken {
        lone.core.solo.give_back(lone.alone(by));
    }
}
