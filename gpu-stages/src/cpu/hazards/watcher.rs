//! [`Watcher`]: tells the checker, and a trace if one is wanted, what the core and the device do.

use super::keys::{Access, ActorKey, EventKey, MemoryKey, QueueKey};
use super::report::{Doer, Hazard, Place};
use super::stamp::Stamp;
use super::state::State;
use super::touch::{Touch, touches};
use super::trace::{Op, Trace};
use super::tracked::{Frees, Tracked};
use crate::backend::{Command, Submission};
use crate::cpu::backend::Cpu;
use crate::cpu::event::Completion;
use crate::error::Origin;
use crate::observe::{self, Interest, MemoryId, Observation, Observer};
use crate::sync::clock::QueueId;
use crate::sync::event::Event;
use crate::util::primitives::{
    Arc, Mutex, Ordering, StaticMutex, StaticU64, Weak, lock, lock_static,
};
use smallvec::SmallVec;
use std::borrow::Cow;

/// The hazard checker of one device.
#[derive(Debug)]
pub(in crate::cpu) struct Watcher {
    id: u64,
    state: Mutex<State>,
}

/// All watchers.
static WATCHERS: StaticMutex<Vec<Weak<Watcher>>> = StaticMutex::new(Vec::new());

fn all_watchers() -> SmallVec<[Arc<Watcher>; 2]> {
    lock_static(&WATCHERS)
        .iter()
        .filter_map(Weak::upgrade)
        .collect()
}

/// The observer that passes observations on to all watchers.
struct Hazards;

impl Observer for Hazards {
    fn name(&self) -> &'static str {
        "hazards"
    }

    fn observe(&self, observation: &Observation<'_>) {
        // Outside of the lock: dropping the last handle of a watcher takes it.
        for watcher in all_watchers() {
            watcher.observe(observation);
        }
    }
}

impl Watcher {
    pub fn new(records: bool) -> Arc<Self> {
        static NEXT: StaticU64 = StaticU64::new(1);
        let watcher = Arc::new(Watcher {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            state: Mutex::new(State::new(records.then(Trace::recorded))),
        });
        let mut watchers = lock_static(&WATCHERS);
        watchers.push(Arc::downgrade(&watcher));
        observe::set_interest(&Hazards, Interest::USES);
        drop(watchers);
        watcher
    }

    pub fn hazards(&self) -> Vec<Hazard> {
        lock(&self.state).checker.hazards.clone()
    }

    pub fn trace(&self) -> Option<Trace> {
        lock(&self.state).trace.clone()
    }

    /// A new memory of `bytes` bytes.
    pub fn track(self: &Arc<Self>, bytes: usize) -> Tracked {
        let mut state = lock(&self.state);
        let key = MemoryKey::from(MemoryId::unique());
        state.memories.insert(key, bytes);
        drop(state);
        Tracked {
            watcher: self.id,
            key,
            frees: self.clone(),
        }
    }

    /// A queue of the device is opened.
    pub fn opened(&self, queue: QueueId) {
        lock(&self.state).queues.insert(queue);
    }

    /// No more commands come on this queue.
    pub fn closed(&self, queue: QueueId) {
        let state = &mut *lock(&self.state);
        state.queues.remove(&queue);
        state.checker.close_queue(QueueKey(queue.into_raw()));
    }

    /// A command is enqueued, after everything that its queue was given before.
    pub fn enqueued(&self, queue: QueueId, submission: &Submission<'_, Cpu>) -> Arc<Stamp> {
        let order = self.stamps(submission.order);
        let queue = QueueKey(queue.into_raw());
        let doer = Doer {
            name: Cow::Borrowed(submission.command.name()),
            origin: submission.origin,
            place: Place::OnQueue(queue.0),
        };
        let state = &mut *lock(&self.state);
        let mut accesses = Vec::new();
        let mut opaque = Vec::new();
        if let Command::Marker | Command::Barrier = submission.command {
            for (id, access) in submission.uses {
                opaque.extend(state.whole(*id, *access));
            }
            accesses.extend_from_slice(&opaque);
        } else {
            for touch in touches(submission.command) {
                if let Some(memory) = self.tracked(&touch) {
                    accesses.push(Access {
                        memory,
                        bytes: touch.bytes,
                        action: touch.action,
                    });
                }
            }
        }
        let uses = submission.uses.iter();
        let mut actors: Vec<ActorKey> = uses.map(|(id, _)| ActorKey(id.call)).collect();
        actors.dedup();
        let event = EventKey(state.number());
        state.record(|| Op::Command {
            queue,
            actors: actors.clone(),
            order: order.iter().map(|stamp| stamp.event).collect(),
            accesses: accesses.clone(),
            doer: doer.clone(),
            event,
        });
        let after = order.iter().map(|stamp| &stamp.clock);
        let clock = state
            .checker
            .command(queue, &actors, after, &accesses, doer);
        Arc::new(Stamp {
            watcher: self.id,
            event,
            clock,
            opaque: opaque.into_iter().map(|access| access.memory).collect(),
        })
    }

    /// A command is over and is about to give back its handles to memory.
    pub fn over(&self, stamp: &Stamp, command: &Command<Cpu>) {
        let state = &mut *lock(&self.state);
        let touched = touches(command);
        let touched = touched.iter().filter_map(|it| self.tracked(it));
        for memory in touched.chain(stamp.opaque.iter().copied()) {
            state.record(|| Op::GiveBack(memory, stamp.event));
            state.checker.give_back(memory, &stamp.clock);
        }
    }

    fn tracked(&self, touch: &Touch<'_>) -> Option<MemoryKey> {
        let tracked = touch.tracked?;
        (tracked.watcher == self.id).then_some(tracked.key)
    }

    /// The stamps that this watcher gave to these events.
    fn stamps(&self, events: &[Event]) -> Vec<Arc<Stamp>> {
        let stamps = events.iter().filter_map(|event| {
            let record = event.record::<Completion>()?;
            record.stamp()
        });
        stamps.filter(|stamp| stamp.watcher == self.id).collect()
    }

    fn observe(&self, observation: &Observation<'_>) {
        match *observation {
            Observation::Granted {
                id,
                slot,
                is_shared,
                completed,
            } => {
                let completed = self.stamps(completed);
                lock(&self.state).grant(id, slot, is_shared, &completed);
            }
            Observation::ReachedQueue {
                id,
                slot,
                is_shared,
                ref resource,
                queue,
            } => {
                let state = &mut *lock(&self.state);
                if !state.queues.contains(&queue) {
                    return;
                }
                state.follow(slot);
                if !state.uses.contains_key(&id) {
                    state.grant(id, slot, is_shared, &[]);
                }
                if let Some(present) = state.uses.get_mut(&id) {
                    present.name = Some(resource.clone());
                }
            }
            Observation::Completed { call, events } => {
                let seen = self.stamps(events);
                lock(&self.state).learn(ActorKey(call), &seen);
            }
            Observation::AwaitedOnHost { call, events } => {
                let awaited = self.stamps(events);
                lock(&self.state).await_all(ActorKey(call), &awaited);
            }
            Observation::MemoryHeld { id, memory } => {
                lock(&self.state).hold(id, memory.into());
            }
            Observation::HostUseBegan { id, access, origin } => {
                let doer = host("host", Some(origin));
                lock(&self.state).begin_on_host(id, access, doer);
            }
            Observation::HostUseEnded { id } => lock(&self.state).end_on_host(id),
            Observation::Released {
                id,
                slot,
                is_shared,
                completed,
            } => {
                let completed = self.stamps(completed);
                let state = &mut *lock(&self.state);
                if !state.uses.contains_key(&id) {
                    // The slot is followed only since the use was granted.
                    state.grant(id, slot, is_shared, &[]);
                }
                state.release(id, &completed);
            }
            Observation::PoisonCleared {
                resource,
                completed,
            } => {
                let seen = self.stamps(completed);
                let state = &mut *lock(&self.state);
                for slot in state.locks_of(resource) {
                    for stamp in &seen {
                        state.record(|| Op::Vouch(slot, stamp.event));
                        state.checker.vouch(slot, &stamp.clock);
                    }
                }
            }
            Observation::ResourceDropped { resource } => {
                lock(&self.state).forget_resource(resource);
            }
            _ => {}
        }
    }
}

impl Frees for Watcher {
    fn freed(&self, memory: MemoryKey) {
        let doer = host("free", None);
        let state = &mut *lock(&self.state);
        state.record(|| Op::FreeLast(memory, doer.clone()));
        state.checker.free_last(memory, doer);
        state.memories.remove(&memory);
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        let mut watchers = lock_static(&WATCHERS);
        watchers.retain(|watcher| watcher.strong_count() > 0);
        if watchers.is_empty() {
            observe::set_interest(&Hazards, Interest::NONE);
        }
    }
}

fn host(name: &'static str, origin: Option<Origin>) -> Doer {
    Doer {
        name: Cow::Borrowed(name),
        origin,
        place: Place::Host,
    }
}
