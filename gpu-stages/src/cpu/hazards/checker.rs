//! [`Checker`]: happens-before over queues and the host, in one pass over what is enqueued.
//!
//! A command begins after three things: the command before it on its queue is complete, the events that it waits for
//! are complete, and its call has enqueued it. Each call has a clock of its own. The clock joins those of events that
//! the call awaited or saw complete, and those of the calls that released a slot that is granted to it. Threads do not
//! matter, and neither does the order in which things happened to run.

use super::clock::{Agent, Agents, Clock};
use super::keys::{Access, ActorKey, LockKey, MemoryKey, QueueKey, Turn};
use super::memory::{Conflict, Entry, History, Record};
use super::report::{Doer, Hazard, Kind, Party};
use crate::util::primitives::Arc;
use std::collections::HashMap;

mod slots;
#[cfg(all(test, not(any(loom, shuttle))))]
mod tests;

/// The number of hazards that are kept. More of them, from a missing wait in a loop, say nothing new.
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
    /// That of the end of its last command.
    clock: Clock,
}

/// The host's side of one call.
#[derive(Debug, Default)]
struct Actor {
    clock: Clock,
    /// Set by its first use of memory on the host.
    agent: Option<Arc<Agent>>,
}

/// The clocks that order the uses of one slot.
#[derive(Debug, Default)]
struct Lock {
    /// That of the last exclusive use when it was released.
    exclusive: Clock,
    /// The join of those of the shared uses that were released since.
    shared: Clock,
    /// The memories that were last seen in the slot.
    memories: Vec<MemoryKey>,
    /// The uses by the host, of the byte that stands for all that is in the slot.
    host: History,
}

#[derive(Debug, Default)]
struct Contents {
    name: Option<(Arc<str>, usize)>,
    history: History,
    /// The join of those of the commands that have dropped their handles to it.
    handles: Clock,
    bytes: usize,
    /// The slot that it was last seen in.
    slot: Option<LockKey>,
    /// The clock of the first exclusive use by the host since it was seen there: from then on it may be elsewhere.
    left: Option<Clock>,
    /// What the use knew that moved it into the slot.
    brought: Clock,
}

/// A use by the host that may not have ended.
#[derive(Debug)]
pub(super) struct HostUse(Arc<Record>);

impl Checker {
    /// A command is enqueued on behalf of all these calls. Returns the clock of its end.
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

    /// No more commands will be enqueued on this queue.
    pub fn close_queue(&mut self, queue: QueueKey) {
        self.queues.remove(&queue);
    }

    /// The call has awaited an event, or has seen that it is complete.
    pub fn learn(&mut self, actor: ActorKey, event: &Clock) {
        self.actors.entry(actor).or_default().clock.join(event);
    }

    /// The agent of a call's host, and its clock.
    fn host(&mut self, actor: ActorKey) -> (Arc<Agent>, Clock) {
        let agents = &mut self.agents;
        let actor = self.actors.entry(actor).or_default();
        let agent = actor.agent.get_or_insert_with(|| agents.take());
        (agent.clone(), actor.clock.clone())
    }

    /// The host begins to use memory.
    pub fn begin(&mut self, actor: ActorKey, accesses: &[Access], doer: Doer) -> HostUse {
        let (agent, clock) = self.host(actor);
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

    /// A slot is granted to the call. It is ordered after the last exclusive use; an exclusive one also after the
    /// shared uses since.
    pub fn acquire(&mut self, actor: ActorKey, lock: LockKey, turn: Turn) {
        let lock = self.locks.entry(lock).or_default();
        let clock = &mut self.actors.entry(actor).or_default().clock;
        clock.join(&lock.exclusive);
        if turn == Turn::Exclusive {
            clock.join(&lock.shared);
        }
    }

    /// The call releases a slot. Later uses are ordered after what the call is ordered after.
    pub fn release(&mut self, actor: ActorKey, lock: LockKey, turn: Turn) {
        let Some(actor) = self.actors.get(&actor) else {
            return;
        };
        let lock = self.locks.entry(lock).or_default();
        if turn == Turn::Shared {
            lock.shared.join(&actor.clock);
        } else {
            // It has joined the clocks of the uses before.
            lock.exclusive = actor.clock.clone();
            lock.shared = Clock::default();
        }
    }

    /// Every later use of the slot is ordered after this event.
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

    /// Sets the resource and slot that reports give for a memory.
    pub fn name(&mut self, memory: MemoryKey, resource: Arc<str>, slot: usize) {
        self.memories.entry(memory).or_default().name = Some((resource, slot));
    }

    /// A command that is complete has dropped its handle to a memory.
    pub fn give_back(&mut self, memory: MemoryKey, event: &Clock) {
        self.memories.entry(memory).or_default().handles.join(event);
    }

    /// A call frees a memory.
    pub fn free(&mut self, actor: ActorKey, memory: MemoryKey, doer: Doer) {
        let freed = self.begin(actor, &[Access::free(memory)], doer);
        self.end(actor, &freed);
    }

    /// The last handle to a memory was dropped, which frees it. The free is ordered after all drops of handles. That of
    /// the host is the last of what the host does with the memory, in whatever use it is dropped.
    pub fn free_last(&mut self, memory: MemoryKey, doer: Doer) {
        let contents = self.memories.entry(memory).or_default();
        contents.history.leave_slot();
        let clock = contents.handles.clone();
        let record = Record::open(self.agents.take(), doer);
        self.touch_all(&record, &[Access::free(memory)], &clock);
        let slot = self.memories.remove(&memory).and_then(|it| it.slot);
        if let Some(slot) = slot.and_then(|slot| self.locks.get_mut(&slot)) {
            slot.memories.retain(|it| *it != memory);
        }
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
        self.report(key, new, conflicts);
    }

    fn report(&mut self, key: MemoryKey, new: &Entry, conflicts: Vec<Conflict>) {
        let Some(memory) = self.memories.get(&key) else {
            return;
        };
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
