//! [`Checker`]: happens-before over queues and the host, in one pass over what is enqueued.
//!
//! A command begins when the command before it on its queue is over, and every event that it waits for, and not
//! before its call enqueued it. Each call has a clock of its own: it learns of events that the call awaited or
//! saw complete, and of what those did on the host who handed a slot on to it. Which thread does something does
//! not matter, and neither does what happened to run first.

use super::clock::{Agent, Agents, Clock};
use super::keys::{Access, ActorKey, LockKey, MemoryKey, QueueKey, Turn};
use super::memory::{Entry, History, Record};
use super::report::{Doer, Hazard, Kind, Party};
use crate::util::primitives::Arc;
use std::collections::HashMap;

/// Hazards kept; a missing wait in a loop says nothing new after so many.
const LIMIT: usize = 1_000;

#[derive(Debug, Default)]
pub(super) struct Checker {
    agents: Agents,
    queues: HashMap<QueueKey, QueueClock>,
    actors: HashMap<ActorKey, Actor>,
    locks: HashMap<LockKey, Lock>,
    memories: HashMap<MemoryKey, Contents>,
    pub hazards: Vec<Hazard>,
}

#[derive(Debug)]
struct QueueClock {
    agent: Arc<Agent>,
    /// Of its last command's end.
    clock: Clock,
}

/// The host's side of one call.
#[derive(Debug, Default)]
struct Actor {
    clock: Clock,
    /// Set when it first uses memory by itself.
    agent: Option<Arc<Agent>>,
}

/// What orders the users of one slot.
#[derive(Debug, Default)]
struct Lock {
    /// What the exclusive users so far knew.
    exclusive: Clock,
    /// What the shared users since knew.
    shared: Clock,
}

#[derive(Debug, Default)]
struct Contents {
    name: Option<(Arc<str>, usize)>,
    history: History,
    /// What those knew who gave back their handles to it.
    handles: Clock,
}

/// A use by the host that may not be over.
#[derive(Debug)]
pub(super) struct HostUse(Arc<Record>);

impl Checker {
    /// A command, enqueued in the name of all these calls; returns the clock of its end.
    pub fn command<'a>(
        &mut self,
        queue: QueueKey,
        actors: &[ActorKey],
        after: impl Iterator<Item = &'a Clock>,
        accesses: &[Access],
        doer: Doer,
    ) -> Clock {
        let (agent, mut clock) = match self.queues.get(&queue) {
            Some(queue) => (queue.agent.clone(), queue.clock.clone()),
            None => (self.agents.take(), Clock::default()),
        };
        let actors = actors.iter().filter_map(|actor| self.actors.get(actor));
        actors.for_each(|actor| clock.join(&actor.clock));
        after.for_each(|event| clock.join(event));
        let tick = agent.tick();
        let record = Record::ending_at(tick, agent.clone(), doer);
        self.touch_all(&record, accesses, &clock);
        clock.set(&agent, tick);
        let end = clock.clone();
        self.queues.insert(queue, QueueClock { agent, clock });
        end
    }

    /// No more commands come on this queue.
    pub fn close_queue(&mut self, queue: QueueKey) {
        self.queues.remove(&queue);
    }

    /// The call has awaited an event, or seen it complete.
    pub fn learn(&mut self, actor: ActorKey, event: &Clock) {
        self.actors.entry(actor).or_default().clock.join(event);
    }

    /// The host begins to use memory.
    pub fn begin(&mut self, actor: ActorKey, accesses: &[Access], doer: Doer) -> HostUse {
        let agents = &mut self.agents;
        let actor = self.actors.entry(actor).or_default();
        let agent = actor.agent.get_or_insert_with(|| agents.take()).clone();
        let clock = actor.clock.clone();
        let record = Record::open(agent, doer);
        self.touch_all(&record, accesses, &clock);
        HostUse(record)
    }

    /// The host's use ends.
    pub fn end(&mut self, actor: ActorKey, host: &HostUse) {
        let (agent, tick) = host.0.close();
        let actor = self.actors.entry(actor).or_default();
        actor.clock.set(agent, tick);
    }

    /// The call has its turn on a slot: behind the last exclusive user, and if it is exclusive itself behind
    /// the shared users since.
    pub fn acquire(&mut self, actor: ActorKey, lock: LockKey, turn: Turn) {
        let lock = self.locks.entry(lock).or_default();
        let clock = &mut self.actors.entry(actor).or_default().clock;
        clock.join(&lock.exclusive);
        if turn == Turn::Exclusive {
            clock.join(&lock.shared);
        }
    }

    /// The call hands a slot on, with what it knows.
    pub fn release(&mut self, actor: ActorKey, lock: LockKey, turn: Turn) {
        let Some(actor) = self.actors.get(&actor) else {
            return;
        };
        let lock = self.locks.entry(lock).or_default();
        if turn == Turn::Shared {
            lock.shared.join(&actor.clock);
        } else {
            // It knows what those before it knew.
            lock.exclusive = actor.clock.clone();
            lock.shared = Clock::default();
        }
    }

    /// Whoever has a turn on the slot from now on is behind this event.
    pub fn vouch(&mut self, lock: LockKey, event: &Clock) {
        self.locks.entry(lock).or_default().exclusive.join(event);
    }

    /// The call does nothing more.
    pub fn end_actor(&mut self, actor: ActorKey) {
        self.actors.remove(&actor);
    }

    /// The slot is gone.
    pub fn forget_lock(&mut self, lock: LockKey) {
        self.locks.remove(&lock);
    }

    /// Names a memory in reports.
    pub fn name(&mut self, memory: MemoryKey, resource: Arc<str>, slot: usize) {
        self.memories.entry(memory).or_default().name = Some((resource, slot));
    }

    /// A command that is over has given back its handle to a memory.
    pub fn give_back(&mut self, memory: MemoryKey, event: &Clock) {
        self.memories.entry(memory).or_default().handles.join(event);
    }

    /// A call has given back its handle to a memory.
    pub fn let_go(&mut self, actor: ActorKey, memory: MemoryKey) {
        if let Some(actor) = self.actors.get(&actor) {
            let memory = self.memories.entry(memory).or_default();
            memory.handles.join(&actor.clock);
        }
    }

    /// A call frees a memory.
    pub fn free(&mut self, actor: ActorKey, memory: MemoryKey, doer: Doer) {
        let freed = self.begin(actor, &[Access::free(memory)], doer);
        self.end(actor, &freed);
    }

    /// Whoever gave back the last handle to a memory frees it, knowing what all of them knew.
    pub fn free_last(&mut self, memory: MemoryKey, doer: Doer) {
        let clock = self.memories.entry(memory).or_default().handles.clone();
        let record = Record::open(self.agents.take(), doer);
        self.touch_all(&record, &[Access::free(memory)], &clock);
    }

    /// Nobody can name this memory any more.
    pub fn forget(&mut self, memory: MemoryKey) {
        self.memories.remove(&memory);
    }

    fn touch_all(&mut self, record: &Arc<Record>, accesses: &[Access], clock: &Clock) {
        for access in accesses {
            let entry = Entry {
                record: record.clone(),
                bytes: access.bytes.clone(),
                action: access.action,
            };
            self.touch(access.memory, &entry, clock);
        }
    }

    fn touch(&mut self, key: MemoryKey, new: &Entry, clock: &Clock) {
        let memory = self.memories.entry(key).or_default();
        let conflicts = memory.history.access(new, clock);
        let (resource, slot) = match &memory.name {
            Some((name, slot)) => (name.clone(), *slot),
            None => ("memory".into(), key.0 as usize),
        };
        for conflict in conflicts {
            if self.hazards.len() == LIMIT {
                return;
            }
            self.hazards.push(Hazard {
                kind: Kind::of(conflict.earlier.action, new.action),
                resource: resource.clone(),
                slot,
                bytes: conflict.bytes,
                earlier: party(&conflict.earlier),
                later: party(new),
            });
        }
    }
}

fn party(entry: &Entry) -> Party {
    Party {
        doer: entry.record.doer.clone(),
        action: entry.action,
        bytes: entry.bytes.clone(),
    }
}
