//! Checks a whole [`Trace`].

use super::checker::{Checker, HostUse};
use super::clock::Clock;
use super::keys::{EventKey, UseKey};
use super::report::Hazard;
use super::trace::{Op, Trace};
use std::collections::HashMap;

impl Trace {
    /// Every hazard, in the order of the later accesses. At most 1,000 are listed.
    ///
    /// If a later access conflicts with several earlier ones, those are left out that another one of them is ordered
    /// after: what orders the later access after that one orders it after all.
    pub fn hazards(&self) -> Vec<Hazard> {
        let mut replay = Replay::default();
        self.ops.iter().for_each(|op| replay.step(op));
        replay.checker.hazards
    }
}

/// A checker that is given the operations of a trace.
#[derive(Debug, Default)]
struct Replay {
    checker: Checker,
    events: HashMap<EventKey, Clock>,
    uses: HashMap<UseKey, HostUse>,
}

impl Replay {
    fn step(&mut self, op: &Op) {
        let Replay {
            checker,
            events,
            uses,
        } = self;
        match op {
            Op::Command {
                queue,
                actors,
                order,
                accesses,
                doer,
                event,
            } => {
                let after = order.iter().filter_map(|event| events.get(event));
                let end = checker.command(*queue, actors, after, accesses, doer.clone());
                events.insert(*event, end);
            }
            Op::Learn(actor, over) | Op::Await(actor, over) => over
                .iter()
                .filter_map(|event| events.get(event))
                .for_each(|event| checker.learn(*actor, event)),
            Op::Begin(actor, host, accesses, doer) => {
                let begun = checker.begin(*actor, accesses, doer.clone());
                uses.insert(*host, begun);
            }
            Op::BeginIn(actor, host, lock, action, doer) => {
                let begun = checker.begin_in(*actor, *lock, *action, doer.clone());
                uses.insert(*host, begun);
            }
            Op::Hold(actor, lock, memory, bytes) => {
                checker.hold(*actor, *lock, *memory, *bytes);
            }
            Op::End(actor, host) => {
                if let Some(host) = uses.remove(host) {
                    checker.end(*actor, &host);
                }
            }
            Op::Acquire(actor, lock, turn) => checker.acquire(*actor, *lock, *turn),
            Op::Release(actor, lock, turn) => checker.release(*actor, *lock, *turn),
            Op::Vouch(lock, event) => {
                if let Some(event) = events.get(event) {
                    checker.vouch(*lock, event);
                }
            }
            Op::Name(memory, resource, slot) => checker.name(*memory, resource.clone(), *slot),
            Op::GiveBack(memory, event) => {
                if let Some(event) = events.get(event) {
                    checker.give_back(*memory, event);
                }
            }
            Op::Free(actor, memory, doer) => checker.free(*actor, *memory, doer.clone()),
            Op::FreeLast(memory, doer) => checker.free_last(*memory, doer.clone()),
        }
    }
}
