//! What a watcher keeps of uses, slots and memories, beside the checker and the trace.

use super::checker::{Checker, HostUse};
use super::keys::{Access, ActorKey, EventKey, LockKey, MemoryKey, Turn, UseKey};
use super::report::{Action, Doer};
use super::stamp::Stamp;
use super::trace::{Op, Trace};
use crate::observe::{SlotId, UseId};
use crate::sync::access;
use crate::sync::clock::QueueId;
use crate::util::primitives::Arc;
use std::collections::{HashMap, HashSet};

/// All that a watcher keeps.
#[derive(Debug, Default)]
pub struct State {
    pub checker: Checker,
    pub trace: Option<Trace>,
    /// The queues of the device.
    pub queues: HashSet<QueueId>,
    /// The slots of resources that came to one of the queues, by resource.
    resources: HashMap<u64, HashMap<usize, LockKey>>,
    /// The owned values that came to one of the queues.
    owned: HashMap<UseId, LockKey>,
    pub uses: HashMap<UseId, Present>,
    /// The number of present uses of each call.
    calls: HashMap<u64, usize>,
    /// The sizes of the memories that are not freed, in bytes.
    pub memories: HashMap<MemoryKey, usize>,
    next: u64,
}

/// A use that was granted and is not released.
#[derive(Debug)]
pub struct Present {
    slot: LockKey,
    /// The index of the slot in its resource.
    place: usize,
    turn: Turn,
    /// The name of the resource, once it came to a queue.
    pub name: Option<Arc<str>>,
    pub host: Option<(UseKey, HostUse)>,
}

impl State {
    pub fn new(trace: Option<Trace>) -> Self {
        State {
            trace,
            ..State::default()
        }
    }

    pub fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    pub fn record(&mut self, op: impl FnOnce() -> Op) {
        if let Some(trace) = &mut self.trace {
            trace.ops.push(op());
        }
    }

    /// Follows this slot from now on, and the others of its resource.
    pub fn follow(&mut self, slot: SlotId) {
        match slot {
            SlotId::Slot { resource, .. } => {
                self.resources.entry(resource).or_default();
            }
            SlotId::Owned(id) => {
                let number = self.number();
                self.owned.entry(id).or_insert(LockKey(number));
            }
        }
    }

    /// The key of a slot that is followed.
    pub fn lock_of(&mut self, slot: SlotId) -> Option<LockKey> {
        match slot {
            SlotId::Slot { resource, index } => {
                let next = self.next + 1;
                let slots = self.resources.get_mut(&resource)?;
                let lock = *slots.entry(index).or_insert(LockKey(next));
                self.next = self.next.max(lock.0);
                Some(lock)
            }
            SlotId::Owned(id) => self.owned.get(&id).copied(),
        }
    }

    /// The keys of a resource's slots.
    pub fn locks_of(&self, resource: u64) -> Vec<LockKey> {
        let slots = self.resources.get(&resource);
        slots.map_or_else(Vec::new, |slots| slots.values().copied().collect())
    }

    /// A resource is gone.
    pub fn forget_resource(&mut self, resource: u64) {
        let slots = self.resources.remove(&resource).unwrap_or_default();
        slots
            .into_values()
            .for_each(|slot| self.checker.forget_lock(slot));
    }

    /// A use of a followed slot is granted. Its call saw what is `completed`.
    pub fn grant(&mut self, id: UseId, slot: SlotId, is_shared: bool, completed: &[Arc<Stamp>]) {
        let Some(lock) = self.lock_of(slot) else {
            return;
        };
        let turn = if is_shared {
            Turn::Shared
        } else {
            Turn::Exclusive
        };
        let place = match slot {
            SlotId::Slot { index, .. } => index,
            SlotId::Owned(_) => 0,
        };
        *self.calls.entry(id.call).or_default() += 1;
        let present = Present {
            slot: lock,
            place,
            turn,
            name: None,
            host: None,
        };
        self.uses.insert(id, present);
        let actor = ActorKey(id.call);
        self.learn(actor, completed);
        self.record(|| Op::Acquire(actor, lock, turn));
        self.checker.acquire(actor, lock, turn);
    }

    /// A granted use is released. Uses to come need not wait for what is `completed`.
    pub fn release(&mut self, id: UseId, completed: &[Arc<Stamp>]) {
        self.end_on_host(id);
        let Some(Present { slot, turn, .. }) = self.uses.remove(&id) else {
            return;
        };
        let actor = ActorKey(id.call);
        self.learn(actor, completed);
        self.record(|| Op::Release(actor, slot, turn));
        self.checker.release(actor, slot, turn);
        if self.owned.remove(&id).is_some() {
            self.checker.forget_lock(slot);
        }
        let present = self.calls.entry(id.call).or_default();
        *present = present.saturating_sub(1);
        if *present == 0 {
            self.calls.remove(&id.call);
            self.checker.end_actor(actor);
        }
    }

    /// The host does not use the value any more.
    pub fn end_on_host(&mut self, id: UseId) {
        let present = self.uses.get_mut(&id);
        if let Some((host, begun)) = present.and_then(|present| present.host.take()) {
            let actor = ActorKey(id.call);
            self.record(|| Op::End(actor, host));
            self.checker.end(actor, &begun);
        }
    }

    /// The host begins to use the value of a use.
    pub fn begin_on_host(&mut self, id: UseId, access: access::Access, doer: Doer) {
        let Some(lock) = self.uses.get(&id).map(|present| present.slot) else {
            return;
        };
        let (actor, host) = (ActorKey(id.call), UseKey(self.number()));
        let action = action(access);
        self.record(|| Op::BeginIn(actor, host, lock, action, doer.clone()));
        let begun = self.checker.begin_in(actor, lock, action, doer);
        if let Some(present) = self.uses.get_mut(&id) {
            present.host = Some((host, begun));
        }
    }

    /// The accesses of a use on a queue to all of its value.
    pub fn whole(&self, id: UseId, access: access::Access) -> Vec<Access> {
        let slot = self.uses.get(&id).map(|present| present.slot);
        let held = slot.into_iter().flat_map(|slot| self.checker.held(slot));
        let whole = |(memory, bytes)| Access {
            memory,
            bytes: 0..bytes,
            action: action(access),
        };
        held.map(whole).collect()
    }

    /// The value of a use that comes to a queue has this memory.
    pub fn hold(&mut self, id: UseId, memory: MemoryKey) {
        let (Some(present), Some(&bytes)) = (self.uses.get(&id), self.memories.get(&memory)) else {
            return;
        };
        let (slot, place, name) = (present.slot, present.place, present.name.clone());
        let actor = ActorKey(id.call);
        self.record(|| Op::Hold(actor, slot, memory, bytes));
        if self.checker.hold(actor, slot, memory, bytes) {
            let name = name.unwrap_or_else(|| "unnamed".into());
            self.record(|| Op::Name(memory, name.clone(), place));
            self.checker.name(memory, name, place);
        }
    }

    /// The call saw these to be over.
    pub fn learn(&mut self, actor: ActorKey, seen: &[Arc<Stamp>]) {
        self.add(actor, seen, Op::Learn);
    }

    /// The call awaited these.
    pub fn await_all(&mut self, actor: ActorKey, awaited: &[Arc<Stamp>]) {
        self.add(actor, awaited, Op::Await);
    }

    fn add(
        &mut self,
        actor: ActorKey,
        stamps: &[Arc<Stamp>],
        op: fn(ActorKey, Vec<EventKey>) -> Op,
    ) {
        if !stamps.is_empty() {
            let events = stamps.iter().map(|stamp| stamp.event);
            self.record(|| op(actor, events.collect()));
        }
        for stamp in stamps {
            self.checker.learn(actor, &stamp.clock);
        }
    }
}

fn action(access: access::Access) -> Action {
    match access {
        access::Access::Read => Action::Read,
        access::Access::Write => Action::Write,
    }
}
