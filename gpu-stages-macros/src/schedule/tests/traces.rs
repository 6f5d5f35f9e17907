//! Random programs, told to the hazard checker of the embedded device: what a plan decides is enough, and none of it
//! can go.
//!
//! The program is one call among others. Before it, another call has written every resource, on queues of its own;
//! behind it other ones write them again, and wait for the stages whose ends are marked. Some of its resources are lists,
//! whose parts have each its own users before and behind. The uses of opaque stages are between a barrier and a marker.
//! A version that is pinned is, to a plan, a resource as any other.

use super::{OWNED, RESOURCES, planned, program, uses};
use crate::model::{Place, ResourceId, Right, Work};
use crate::schedule::{Plan, Step};
use gpu_stages::cpu::hazards::{
    Access, ActorKey, EdgeKind, EventKey, LockKey, MemoryKey, QueueKey, Trace, Turn,
};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// How many parts each resource has: two are lists.
const PARTS: [usize; RESOURCES] = {
    let mut parts = [1; RESOURCES];
    (parts[2], parts[3]) = (2, 3);
    parts
};

/// A resource as the trace knows it.
struct Resource {
    parts: Vec<Part>,
    is_held: bool,
}

/// One of its parts.
struct Part {
    memory: MemoryKey,
    lock: LockKey,
    /// The command that wrote it before the program.
    written: Option<EventKey>,
}

/// A program on its way into a trace.
struct Teller<'a> {
    works: &'a [Work],
    plan: &'a Plan,
    trace: Trace,
    actor: ActorKey,
    queues: BTreeMap<usize, QueueKey>,
    resources: Vec<Resource>,
    /// The ends of the stages on queues, as far as somebody may wait for them.
    ends: Vec<Option<EventKey>>,
}

impl<'a> Teller<'a> {
    fn new(works: &'a [Work], plan: &'a Plan) -> Self {
        let mut trace = Trace::new();
        let before = trace.actor();
        let mut part = |index: usize, part: usize| {
            let memory = trace.memory(&format!("resource {index}"), part);
            let lock = trace.lock();
            let mut write = || {
                trace.acquire(before, lock, Turn::Exclusive);
                let queue = trace.queue();
                let written = trace.command(before, queue, "before", &[], &[write(memory)]);
                trace.release(before, lock, Turn::Exclusive);
                written
            };
            Part {
                memory,
                lock,
                written: (!OWNED[index]).then(&mut write),
            }
        };
        let resource = |index: usize| Resource {
            parts: (0..PARTS[index]).map(|it| part(index, it)).collect(),
            is_held: false,
        };
        let resources = (0..RESOURCES).map(resource).collect();
        Teller {
            works,
            plan,
            actor: trace.actor(),
            trace,
            queues: BTreeMap::new(),
            resources,
            ends: vec![None; works.len()],
        }
    }

    /// Tells the steps; those who would wait for the marker of stage `unmarked` do not.
    fn steps(&mut self, unmarked: Option<usize>) {
        let plan = self.plan;
        for step in &plan.steps {
            match step {
                Step::Wait { accesses, .. } => {
                    accesses.iter().for_each(|it| self.acquire(it.resource));
                }
                Step::Facts { resource, .. } => self.acquire(*resource),
                Step::Run { stage } => self.run(*stage, unmarked),
                Step::Ready { resources, .. } => {
                    resources.iter().for_each(|it| self.release(*it));
                }
                Step::Enter { .. } | Step::Open { .. } | Step::Close | Step::Flush { .. } => {}
            }
        }
        (0..RESOURCES).for_each(|it| self.release(ResourceId(it)));
    }

    fn acquire(&mut self, resource: ResourceId) {
        let resource = &mut self.resources[resource.0];
        if !std::mem::replace(&mut resource.is_held, true) {
            for part in &resource.parts {
                let trace = &mut self.trace;
                trace.acquire(self.actor, part.lock, Turn::Exclusive);
            }
        }
    }

    fn release(&mut self, resource: ResourceId) {
        let resource = &mut self.resources[resource.0];
        if std::mem::take(&mut resource.is_held) {
            for part in &resource.parts {
                let trace = &mut self.trace;
                trace.release(self.actor, part.lock, Turn::Exclusive);
            }
        }
    }

    fn run(&mut self, stage: usize, unmarked: Option<usize>) {
        let earlier = self.plan.earlier[stage].iter();
        let earlier = earlier.flat_map(|it| &self.resources[it.0].parts);
        let after = self.plan.after[stage].iter();
        let order: Vec<EventKey> = after
            .filter_map(|it| self.ends[*it])
            .chain(earlier.filter_map(|part| part.written))
            .collect();
        let work = &self.works[stage];
        let accesses = work.accesses.iter().flat_map(|access| {
            let parts = self.resources[access.resource.0].parts.iter();
            parts.map(|part| match access.right {
                Right::Read => Access::read(part.memory, 0..64),
                Right::Write => write(part.memory),
            })
        });
        let accesses: Vec<Access> = accesses.collect();
        let name = format!("stage {stage}");
        match work.place {
            Place::Host | Place::Plain => {
                for event in order {
                    self.trace.wait(self.actor, event);
                }
                self.trace.access(self.actor, name, &accesses);
            }
            Place::Device(queue) => {
                let trace = &mut self.trace;
                let queue = *self.queues.entry(queue.0).or_insert_with(|| trace.queue());
                let actor = self.actor;
                let end = if work.is_opaque {
                    trace.barrier(actor, queue, &order);
                    trace.command(actor, queue, name, &[], &accesses);
                    trace.marker(actor, queue)
                } else {
                    trace.command(actor, queue, name, &order, &accesses)
                };
                let is_marked = self.plan.marked[stage] && unmarked != Some(stage);
                self.ends[stage] = is_marked.then_some(end);
            }
        }
    }

    /// The next users of the resources, each a call of its own.
    fn behind(&mut self) {
        for (index, resource) in self.resources.iter().enumerate() {
            let users = self.ends.iter().zip(self.works);
            let users = users.filter(|(_, work)| uses(work, ResourceId(index)));
            let ends: Vec<EventKey> = users.filter_map(|(end, _)| *end).collect();
            for part in &resource.parts {
                // What nobody uses is as it was left before.
                let events: Vec<EventKey> = ends.iter().copied().chain(part.written).collect();
                let trace = &mut self.trace;
                let next = trace.actor();
                trace.acquire(next, part.lock, Turn::Exclusive);
                let queue = trace.queue();
                trace.command(next, queue, "behind", &events, &[write(part.memory)]);
                trace.release(next, part.lock, Turn::Exclusive);
            }
        }
    }
}

fn write(memory: MemoryKey) -> Access {
    Access::write(memory, 0..64)
}

/// How many programs are tried.
const CASES: u32 = if cfg!(debug_assertions) {
    2_000
} else {
    20_000
};

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    /// Every wait within the call and for earlier calls, and every marker, is needed; all together are enough.
    #[test]
    fn plans_are_sufficient_and_minimal(works in program()) {
        let plan = planned(&works);
        let mut teller = Teller::new(&works, &plan);
        teller.steps(None);
        let edges = teller.trace.edges();
        teller.behind();
        let trace = teller.trace;
        let hazards = trace.hazards();
        prop_assert!(hazards.is_empty(), "{}\n{plan:#?}", hazards[0]);
        for edge in edges {
            // What is handed over with a slot is not the plan's.
            if matches!(edge.kind, EdgeKind::Wait | EdgeKind::HostWait) {
                let found = trace.without(edge).hazards();
                prop_assert!(!found.is_empty(), "{edge:?} is not needed: {plan:#?}");
            }
        }
        for stage in (0..works.len()).filter(|stage| plan.marked[*stage]) {
            let mut teller = Teller::new(&works, &plan);
            teller.steps(Some(stage));
            teller.behind();
            let found = teller.trace.hazards();
            prop_assert!(!found.is_empty(), "the marker behind {stage} is not needed: {plan:#?}");
        }
    }
}
