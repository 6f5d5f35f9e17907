//! [`Watcher`]: feeds the checker, and a trace if one is wanted, with what the library does.

use super::keys::{Access, ActorKey, EventKey, LockKey, MemoryKey, QueueKey, Turn, UseKey};
use super::report::{Doer, Hazard, Place};
use super::seen::{self, Stamp};
use super::state::{Known, Present, State};
use super::touch::{Touch, touches};
use super::trace::{Op, Trace};
use crate::backend::{Command, Submission};
use crate::call::Call;
use crate::cpu::backend::Cpu;
use crate::cpu::event::Completion;
use crate::error::Origin;
use crate::order::QueueId;
use crate::sync::{Arc, Mutex, Ordering, StaticU64, lock};
use crate::track;
use crate::watch::{User, Watch};
use std::borrow::Cow;

/// The hazard checker of one device.
#[derive(Debug)]
pub(in crate::cpu) struct Watcher {
    id: u64,
    state: Mutex<State>,
}

/// A memory's membership in a watcher, which ends when it is freed.
#[derive(Debug)]
pub(in crate::cpu) struct Tracked {
    watcher: Arc<Watcher>,
    key: MemoryKey,
}

impl Drop for Tracked {
    fn drop(&mut self) {
        self.watcher.freed(self.key);
    }
}

impl Watcher {
    pub fn new(records: bool) -> Arc<Self> {
        static NEXT: StaticU64 = StaticU64::new(1);
        Arc::new(Watcher {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            state: Mutex::new(State {
                trace: records.then(Trace::recorded),
                ..State::default()
            }),
        })
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
        let key = MemoryKey(state.number());
        state.memories.insert(key, Known { bytes, slot: None });
        drop(state);
        Tracked {
            watcher: self.clone(),
            key,
        }
    }

    fn freed(&self, memory: MemoryKey) {
        let doer = host("free", None);
        let state = &mut *lock(&self.state);
        state.record(|| Op::FreeLast(memory, doer.clone()));
        state.checker.free_last(memory, doer);
        state.checker.forget(memory);
        let known = state.memories.remove(&memory);
        if let Some(slot) = known.and_then(|known| known.slot) {
            state.unbind(memory, slot);
        }
    }

    /// A command is enqueued, behind everything that its queue was given before.
    pub fn enqueued(&self, queue: QueueId, submission: &Submission<'_, Cpu>) -> Arc<Stamp> {
        let order = submission.order.iter().filter_map(|event| {
            let record = event.record::<Completion>()?;
            record.stamp()
        });
        let order: Vec<Arc<Stamp>> = order.filter(|stamp| stamp.watcher == self.id).collect();
        let seen = self.own(seen::take());
        let queue = QueueKey(queue.into_raw());
        let doer = Doer {
            name: Cow::Borrowed(submission.command.name()),
            origin: submission.origin,
            place: Place::OnQueue(queue.0),
        };
        let leases = || submission.uses.iter().map(|used| used.pass.lease());
        let names: Vec<Arc<str>> = leases().map(|lease| lease.site().resource).collect();

        let state = &mut *lock(&self.state);
        let mut accesses = Vec::new();
        let uses = leases().zip(names);
        for (touch, (lease, name)) in touches(submission.command).into_iter().zip(uses) {
            if let Some(memory) = self.tracked(&touch) {
                state.bind(memory, lease.key(), name);
                accesses.push(Access {
                    memory,
                    bytes: touch.bytes,
                    action: touch.action,
                });
            }
        }
        let mut actors: Vec<ActorKey> = leases().map(|lease| ActorKey(lease.key().0)).collect();
        let mut unseen = Vec::new();
        if let Command::Marker | Command::Barrier = submission.command {
            for (user, access) in seen::take_unseen() {
                actors.push(ActorKey(user.0));
                unseen.extend(state.whole(user, access));
            }
        }
        accesses.extend_from_slice(&unseen);
        actors.dedup();
        let event = EventKey(state.number());
        state.record(|| Op::Command {
            queue,
            actors: actors.clone(),
            order: order.iter().map(|stamp| stamp.event).collect(),
            seen: seen.iter().map(|stamp| stamp.event).collect(),
            accesses: accesses.clone(),
            doer: doer.clone(),
            event,
        });
        let after = order.iter().chain(&seen).map(|stamp| &stamp.clock);
        let clock = state
            .checker
            .command(queue, &actors, after, &accesses, doer);
        Arc::new(Stamp {
            watcher: self.id,
            event,
            clock,
            unseen: unseen.into_iter().map(|access| access.memory).collect(),
        })
    }

    /// A command is over and is about to give back its handles to memory.
    pub fn over(&self, stamp: &Stamp, command: &Command<Cpu>) {
        let state = &mut *lock(&self.state);
        let touched = touches(command);
        let touched = touched.iter().filter_map(|it| self.tracked(it));
        for memory in touched.chain(stamp.unseen.iter().copied()) {
            state.record(|| Op::GiveBack(memory, stamp.event));
            state.checker.give_back(memory, &stamp.clock);
        }
    }

    /// No more commands come on this queue.
    pub fn closed(&self, queue: QueueId) {
        let queue = QueueKey(queue.into_raw());
        lock(&self.state).checker.close_queue(queue);
    }

    fn tracked(&self, touch: &Touch<'_>) -> Option<MemoryKey> {
        let tracked = touch.tracked?;
        (tracked.watcher.id == self.id).then_some(tracked.key)
    }

    /// Those of the stamps that this watcher gave.
    fn own(&self, mut stamps: Vec<Arc<Stamp>>) -> Vec<Arc<Stamp>> {
        stamps.retain(|stamp| stamp.watcher == self.id);
        stamps
    }
}

impl Watch for Watcher {
    fn adopt(&self, slots: usize) -> u64 {
        let state = &mut *lock(&self.state);
        let first = state.number();
        state.next += slots as u64;
        first
    }

    fn forget(&self, first: u64, slots: usize) {
        let state = &mut *lock(&self.state);
        for slot in first..first + slots as u64 {
            state.checker.forget_lock(LockKey(slot));
            for memory in state.slots.remove(&slot).unwrap_or_default() {
                if let Some(known) = state.memories.get_mut(&memory) {
                    known.slot = None;
                }
            }
        }
    }

    fn look(&self) {
        seen::look();
    }

    fn granted(&self, user: User) {
        let seen = self.own(seen::seen());
        let state = &mut *lock(&self.state);
        *state.calls.entry(user.key.0).or_default() += 1;
        state.users.insert(user.key, Present { user, host: None });
        let (actor, lock, turn) = (ActorKey(user.key.0), LockKey(user.slot), turn(user));
        state.learn(actor, &seen);
        state.record(|| Op::Acquire(actor, lock, turn));
        state.checker.acquire(actor, lock, turn);
    }

    fn learned(&self, call: u64) {
        let seen = self.own(seen::seen());
        lock(&self.state).learn(ActorKey(call), &seen);
    }

    fn awaited(&self, call: u64) {
        let awaited = self.own(seen::take());
        lock(&self.state).await_all(ActorKey(call), &awaited);
    }

    fn unseen(&self, uses: &[((u64, usize), track::Access)]) {
        seen::expect_unseen(uses);
    }

    fn begins(&self, user: User, access: track::Access, call: &Call) {
        let doer = host("host", Some(call.origin()));
        let state = &mut *lock(&self.state);
        let accesses = state.whole(user.key, access);
        let (actor, host) = (ActorKey(user.key.0), UseKey(state.number()));
        state.record(|| Op::Begin(actor, host, accesses.clone(), doer.clone()));
        let begun = state.checker.begin(actor, &accesses, doer);
        if let Some(present) = state.users.get_mut(&user.key) {
            present.host = Some((host, begun));
        }
    }

    fn ends(&self, user: User) {
        let state = &mut *lock(&self.state);
        let present = state.users.get_mut(&user.key);
        if let Some((host, begun)) = present.and_then(|present| present.host.take()) {
            let actor = ActorKey(user.key.0);
            state.record(|| Op::End(actor, host));
            state.checker.end(actor, &begun);
        }
    }

    fn left(&self, user: User) {
        let seen = self.own(seen::take());
        let state = &mut *lock(&self.state);
        let (actor, lock, turn) = (ActorKey(user.key.0), LockKey(user.slot), turn(user));
        state.learn(actor, &seen);
        for memory in state.slots.get(&user.slot).cloned().unwrap_or_default() {
            state.record(|| Op::LetGo(actor, memory));
            state.checker.let_go(actor, memory);
        }
        state.record(|| Op::Release(actor, lock, turn));
        state.checker.release(actor, lock, turn);
        state.users.remove(&user.key);
        let present = state.calls.entry(user.key.0).or_default();
        *present -= 1;
        if *present == 0 {
            state.calls.remove(&user.key.0);
            state.checker.end_actor(actor);
        }
    }

    fn cleared(&self, first: u64, slots: usize) {
        let seen = self.own(seen::take());
        let state = &mut *lock(&self.state);
        for slot in (first..first + slots as u64).map(LockKey) {
            for stamp in &seen {
                state.record(|| Op::Vouch(slot, stamp.event));
                state.checker.vouch(slot, &stamp.clock);
            }
        }
    }
}

fn turn(user: User) -> Turn {
    if user.shared {
        Turn::Shared
    } else {
        Turn::Exclusive
    }
}

fn host(name: &'static str, origin: Option<Origin>) -> Doer {
    Doer {
        name: Cow::Borrowed(name),
        origin,
        place: Place::Host,
    }
}
