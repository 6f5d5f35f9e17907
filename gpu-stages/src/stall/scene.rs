//! [`Scene`]: who holds what and who waits for what, at one moment.

use crate::call::{Activity, Call, Parameter};
use crate::error::Origin;
use crate::slots;
use crate::slots::state::{Standing, UseReport};
use crate::sync::waits::Waiter;
use crate::util::primitives::Arc;
use std::collections::BTreeMap;

/// All resources that have uses, all calls, and all other waits.
pub(super) struct Scene {
    pub lines: Vec<Line>,
    pub calls: BTreeMap<u64, Actor>,
    /// Waits that belong to no use of a resource and are not over.
    pub others: Vec<Waiter>,
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
    /// The indices of the lines in which it waits for its turn.
    pub wants: Vec<usize>,
    /// The resource with which its turn has come, if its future was woken for that and was not polled since.
    pub woken_for: Option<Arc<str>>,
    /// What its code waits for besides resources.
    pub others: Vec<Waiter>,
}

impl Scene {
    pub fn now() -> Self {
        let mut lines = Vec::new();
        let mut woken = Vec::new();
        for resource in slots::all() {
            let core = resource.core();
            let reports = core.state().report();
            let own_name = core.name.get();
            for (slot, uses) in by_slot(reports) {
                let line = Line::of((core.id, slot), own_name, &uses);
                let calls = those(&uses, |it| it == Standing::Woken).flatten();
                woken.extend(calls.map(|call| (call, line.resource.clone())));
                lines.push(line);
            }
        }
        // Outside of all locks: a call that ends meanwhile is let go here.
        let calls = Call::all().into_iter();
        let mut scene = Scene {
            lines,
            calls: calls.map(|call| (call.id(), Actor::of(&call))).collect(),
            others: Vec::new(),
        };
        for (index, line) in scene.lines.iter().enumerate() {
            for call in &line.waiting {
                if let Some(actor) = scene.calls.get_mut(call) {
                    actor.wants.push(index);
                }
            }
        }
        for (call, resource) in woken {
            if let Some(actor) = scene.calls.get_mut(&call) {
                actor.woken_for = Some(resource);
            }
        }
        scene.add_others(Waiter::all());
        scene
    }

    fn add_others(&mut self, others: Vec<Waiter>) {
        for waiter in others {
            if let Some(actor) = self.calls.get_mut(&waiter.call) {
                actor.others.push(waiter.clone());
            }
            if !waiter.is_over() {
                self.others.push(waiter);
            }
        }
    }
}

fn by_slot(uses: Vec<UseReport>) -> BTreeMap<usize, Vec<UseReport>> {
    let mut slots = BTreeMap::<usize, Vec<UseReport>>::new();
    for it in uses {
        slots.entry(it.slot).or_default().push(it);
    }
    slots
}

/// The calls of the uses with this standing; `None` for pins.
fn those(
    uses: &[UseReport],
    which: impl Fn(Standing) -> bool,
) -> impl Iterator<Item = Option<u64>> {
    let uses = uses.iter().filter(move |it| which(it.standing));
    uses.map(|it| it.call)
}

impl Line {
    fn of(place: (u64, usize), own_name: Option<&Arc<str>>, uses: &[UseReport]) -> Self {
        let parameter = uses.iter().find_map(|it| it.parameter);
        let called = parameter.map(Parameter::text);
        let resource = own_name.cloned().or(called);
        let is_granted = |it| matches!(it, Standing::Granted | Standing::Woken);
        Line {
            place,
            resource: resource.unwrap_or_else(|| "unnamed".into()),
            holders: those(uses, is_granted).collect(),
            waiting: those(uses, |it| it == Standing::Suspended)
                .flatten()
                .collect(),
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
            wants: Vec::new(),
            woken_for: None,
            others: Vec::new(),
        }
    }

    /// Whether its future is suspended, as far as is known for the calls that its stage made.
    pub fn may_wait_for_its_calls(&self) -> bool {
        let is_suspended = matches!(self.activity, Activity::Suspended);
        is_suspended && self.woken_for.is_none() && self.wants.is_empty()
    }
}
