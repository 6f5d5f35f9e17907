//! Random programs as traces for the hazard checker of the embedded device: the waits and markers of a plan are
//! sufficient, and each of them is needed.
//!
//! The program is one call among others. Before it, an earlier call has written every resource on other queues. After
//! it, later calls write the resources again, and wait for the stages with markers. Some resources are lists: each
//! part has separate earlier and later uses. The uses of opaque stages are between a barrier and a marker. A plan
//! treats a pinned version like any other resource.

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

/// Writes a program into a trace.
struct Tracer<'a> {
    works: &'a [Work],
    plan: &'a Plan,
    trace: Trace,
    actor: ActorKey,
    queues: BTreeMap<usize, QueueKey>,
    resources: Vec<Resource>,
    /// The ends of the stages on queues that have a marker.
    ends: Vec<Option<EventKey>>,
}

impl<'a> Tracer<'a> {
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
        Tracer {
            works,
            plan,
            actor: trace.actor(),
            trace,
            queues: BTreeMap::new(),
            resources,
            ends: vec![None; works.len()],
        }
    }

    /// Traces the steps. Waits for the marker of stage `unmarked` are left out.
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

    /// The next use of each resource, in a separate call.
    fn later_calls(&mut self) {
        for (index, resource) in self.resources.iter().enumerate() {
            let users = self.ends.iter().zip(self.works);
            let users = users.filter(|(_, work)| uses(work, ResourceId(index)));
            let ends: Vec<EventKey> = users.filter_map(|(end, _)| *end).collect();
            for part in &resource.parts {
                // Without a use in the program, the earlier write remains.
                let events: Vec<EventKey> = ends.iter().copied().chain(part.written).collect();
                let trace = &mut self.trace;
                let next = trace.actor();
                trace.acquire(next, part.lock, Turn::Exclusive);
                let queue = trace.queue();
                trace.command(next, queue, "later call", &events, &[write(part.memory)]);
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
        let mut tracer = Tracer::new(&works, &plan);
        tracer.steps(None);
        let edges = tracer.trace.edges();
        tracer.later_calls();
        let trace = tracer.trace;
        let hazards = trace.hazards();
        prop_assert!(hazards.is_empty(), "{}\n{plan:#?}", hazards[0]);
        for edge in edges {
            // The plan does not decide the edges of turns.
            if matches!(edge.kind, EdgeKind::Wait | EdgeKind::HostWait) {
                let found = trace.without(edge).hazards();
                prop_assert!(!found.is_empty(), "{edge:?} is not needed: {plan:#?}");
            }
        }
        for stage in (0..works.len()).filter(|stage| plan.marked[*stage]) {
            let mut tracer = Tracer::new(&works, &plan);
            tracer.steps(Some(stage));
            tracer.later_calls();
            let found = tracer.trace.hazards();
            prop_assert!(!found.is_empty(), "the marker after {stage} is not needed: {plan:#?}");
        }
    }
}
