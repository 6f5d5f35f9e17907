//! Who holds what and who waits for what, at one moment.

use super::registry;
use crate::call::{Call, Doing};
use crate::error::Origin;
use crate::sync::Arc;
use crate::terms::{Parameter, Seat, Standing};
use std::collections::BTreeMap;

/// All resources that anybody has to do with, and all calls.
pub(super) struct Scene {
    pub lines: Vec<Line>,
    pub calls: BTreeMap<u64, Actor>,
}

/// The users of one slot of a resource.
pub(super) struct Line {
    /// Tells the slot from others while it is there.
    pub place: (usize, usize),
    pub resource: Arc<str>,
    /// Calls, or a pinned version.
    pub holders: Vec<Option<u64>>,
    /// Calls that wait with their futures suspended.
    pub waiting: Vec<u64>,
}

/// One call.
pub(super) struct Actor {
    pub origin: Origin,
    pub is_manual: bool,
    pub parent: u64,
    pub doing: Doing,
    /// The resource that it waits for devices to be done with.
    pub at_device: Option<Arc<str>>,
}

impl Scene {
    pub fn now() -> Self {
        let mut lines = Vec::new();
        for resource in registry::all() {
            let core = resource.core();
            let seats = core.ledger().seats();
            let place = std::ptr::from_ref(core).addr();
            let own_name = core.name.get();
            let slots = by_slot(seats).into_iter();
            lines.extend(slots.map(|(slot, seats)| Line::of((place, slot), own_name, &seats)));
        }
        // Outside of all locks: a call that ends meanwhile is let go here.
        let calls = Call::all().into_iter();
        let calls = calls.map(|call| (call.id(), Actor::of(&call))).collect();
        Scene { lines, calls }
    }

    /// What `call` waits for its turn with.
    pub fn wants(&self, call: u64) -> impl Iterator<Item = &Line> {
        let waits = move |line: &&Line| line.waiting.contains(&call);
        self.lines.iter().filter(waits)
    }
}

fn by_slot(seats: Vec<Seat>) -> BTreeMap<usize, Vec<Seat>> {
    let mut slots = BTreeMap::<usize, Vec<Seat>>::new();
    for seat in seats {
        slots.entry(seat.slot).or_default().push(seat);
    }
    slots
}

impl Line {
    fn of(place: (usize, usize), own_name: Option<&Arc<str>>, seats: &[Seat]) -> Self {
        let parameter = seats.iter().find_map(|seat| seat.parameter);
        let called = parameter.map(Parameter::text);
        let resource = own_name.cloned().or(called);
        let those = |standing: Standing| {
            let seats = seats.iter().filter(move |seat| seat.standing == standing);
            seats.map(|seat| seat.call)
        };
        Line {
            place,
            resource: resource.unwrap_or_else(|| "unnamed".into()),
            holders: those(Standing::Holding).collect(),
            waiting: those(Standing::Suspended).flatten().collect(),
        }
    }
}

impl Actor {
    fn of(call: &Call) -> Self {
        let doing = call.doing();
        let at_device = match doing {
            Doing::WaitingForDevice(index) => Some(call.site(index).resource),
            _ => None,
        };
        Actor {
            origin: call.origin(),
            is_manual: call.is_manual(),
            parent: call.parent(),
            doing,
            at_device,
        }
    }
}
