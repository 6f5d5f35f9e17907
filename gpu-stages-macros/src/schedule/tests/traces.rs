//! Random programs, told to the hazard checker of the embedded device: what a plan decides is enough, and none of it
//! can go.
//!
//! The program is one call among others. Before it, another call has written every resource, on queues of its own;
//! behind it other ones write them again, and wait for the stages whose ends are marked.

use super::{OWNED, RESOURCES, planned, program, uses};
use crate::model::{Place, ResourceId, Right, Work};
use crate::schedule::{Plan, Step};
use gpu_stages::cpu::hazards::{
    Access, ActorKey, EdgeKind, EventKey, LockKey, MemoryKey, QueueKey, Trace, Turn,
};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A shared resource as the trace knows it.
struct Resource {
    memory: MemoryKey,
    lock: LockKey,
    /// The command that wrote it before the program.
    written: Option<EventKey>,
    is_held: bool,
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
        let resource = |index: usize| {
            let memory = trace.memory(&format!("resource {index}"), 0);
            let lock = trace.lock();
            let mut write = || {
                trace.acquire(before, lock, Turn::Exclusive);
                let queue = trace.queue();
                let written = trace.command(before, queue, "before", &[], &[write(memory)]);
                trace.release(before, lock, Turn::Exclusive);
                written
            };
            Resource {
                memory,
                lock,
                written: (!OWNED[index]).then(&mut write),
                is_held: false,
            }
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
            let lock = resource.lock;
            self.trace.acquire(self.actor, lock, Turn::Exclusive);
        }
    }

    fn release(&mut self, resource: ResourceId) {
        let resource = &mut self.resources[resource.0];
        if std::mem::take(&mut resource.is_held) {
            let lock = resource.lock;
            self.trace.release(self.actor, lock, Turn::Exclusive);
        }
    }

    fn run(&mut self, stage: usize, unmarked: Option<usize>) {
        let earlier = self.plan.earlier[stage].iter();
        let earlier = earlier.filter_map(|it| self.resources[it.0].written);
        let after = self.plan.after[stage].iter();
        let order: Vec<EventKey> = after
            .filter_map(|it| self.ends[*it])
            .chain(earlier)
            .collect();
        let work = &self.works[stage];
        let accesses = work.accesses.iter().map(|access| {
            let memory = self.resources[access.resource.0].memory;
            match access.right {
                Right::Read => Access::read(memory, 0..64),
                Right::Write => write(memory),
            }
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
                let end = trace.command(self.actor, queue, name, &order, &accesses);
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
            // What nobody uses is as it was left before.
            let events: Vec<EventKey> = users
                .filter_map(|(end, _)| *end)
                .chain(resource.written)
                .collect();
            let trace = &mut self.trace;
            let next = trace.actor();
            trace.acquire(next, resource.lock, Turn::Exclusive);
            let queue = trace.queue();
            trace.command(next, queue, "behind", &events, &[write(resource.memory)]);
            trace.release(next, resource.lock, Turn::Exclusive);
        }
    }
}

fn write(memory: MemoryKey) -> Access {
    Access::write(memory, 0..64)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

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
