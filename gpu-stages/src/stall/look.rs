//! Who holds what and who waits for what, at one moment.

use crate::call::{Activity, Call, Parameter};
use crate::error::Origin;
use crate::slots;
use crate::slots::state::{Standing, UseReport};
use crate::util::primitives::Arc;
use std::collections::BTreeMap;

/// All resources that have uses, and all calls.
pub(super) struct Scene {
    pub lines: Vec<Line>,
    pub calls: BTreeMap<u64, Actor>,
}

/// The users of one slot of a resource.
pub(super) struct Line {
    /// Tells the slot from others while it is there.
    pub place: (u64, usize),
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
    pub activity: Activity,
}

impl Scene {
    pub fn now() -> Self {
        let mut lines = Vec::new();
        for resource in slots::all() {
            let core = resource.core();
            let reports = core.state().report();
            let place = core.id;
            let own_name = core.name.get();
            let slots = by_slot(reports).into_iter();
            lines.extend(slots.map(|(slot, uses)| Line::of((place, slot), own_name, &uses)));
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

fn by_slot(uses: Vec<UseReport>) -> BTreeMap<usize, Vec<UseReport>> {
    let mut slots = BTreeMap::<usize, Vec<UseReport>>::new();
    for it in uses {
        slots.entry(it.slot).or_default().push(it);
    }
    slots
}

impl Line {
    fn of(place: (u64, usize), own_name: Option<&Arc<str>>, uses: &[UseReport]) -> Self {
        let parameter = uses.iter().find_map(|it| it.parameter);
        let called = parameter.map(Parameter::text);
        let resource = own_name.cloned().or(called);
        let those = |standing: Standing| {
            let uses = uses.iter().filter(move |it| it.standing == standing);
            uses.map(|it| it.call)
        };
        Line {
            place,
            resource: resource.unwrap_or_else(|| "unnamed".into()),
            holders: those(Standing::Granted).collect(),
            waiting: those(Standing::Suspended).flatten().collect(),
        }
    }
}

impl Actor {
    fn of(call: &Call) -> Self {
        Actor {
            origin: call.origin(),
            is_manual: call.is_manual(),
            parent: call.parent(),
            activity: call.activity(),
        }
    }
}
