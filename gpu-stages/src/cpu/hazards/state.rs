//! What a watcher keeps of users and memories, beside the checker and the trace.

use super::checker::{Checker, HostUse};
use super::keys::{Access, ActorKey, EventKey, MemoryKey, UseKey};
use super::report::Action;
use super::seen::Stamp;
use super::trace::{Op, Trace};
use crate::sync::Arc;
use crate::track;
use crate::watch::User;
use std::collections::HashMap;

/// All that a watcher keeps.
#[derive(Debug, Default)]
pub struct State {
    pub checker: Checker,
    pub trace: Option<Trace>,
    pub users: HashMap<(u64, usize), Present>,
    /// How many of its users each call has.
    pub calls: HashMap<u64, usize>,
    /// The memories that were used in each slot.
    pub slots: HashMap<u64, Vec<MemoryKey>>,
    pub memories: HashMap<MemoryKey, Known>,
    pub next: u64,
}

/// A user that has not left.
#[derive(Debug)]
pub struct Present {
    pub user: User,
    pub host: Option<(UseKey, HostUse)>,
}

/// A memory that is not freed.
#[derive(Debug)]
pub struct Known {
    pub bytes: usize,
    pub slot: Option<u64>,
}

impl State {
    pub fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    pub fn record(&mut self, op: impl FnOnce() -> Op) {
        if let Some(trace) = &mut self.trace {
            trace.ops.push(op());
        }
    }

    /// The accesses of a user to all of its value, as far as its memory is known.
    pub fn whole(&self, user: (u64, usize), access: track::Access) -> Vec<Access> {
        let action = match access {
            track::Access::Read => Action::Read,
            track::Access::Write => Action::Write,
        };
        let slot = self.users.get(&user).map(|present| present.user.slot);
        let bound = slot.and_then(|slot| self.slots.get(&slot));
        let whole = |memory: &MemoryKey| {
            let known = self.memories.get(memory)?;
            Some(Access {
                memory: *memory,
                bytes: 0..known.bytes,
                action,
            })
        };
        bound.into_iter().flatten().filter_map(whole).collect()
    }

    /// The memory is used in the slot of this user.
    pub fn bind(&mut self, memory: MemoryKey, user: (u64, usize), name: Arc<str>) {
        let Some(user) = self.users.get(&user).map(|present| present.user) else {
            return;
        };
        let Some(known) = self.memories.get_mut(&memory) else {
            return;
        };
        let before = known.slot.replace(user.slot);
        if before == Some(user.slot) {
            return;
        }
        if let Some(before) = before {
            self.unbind(memory, before);
        }
        self.slots.entry(user.slot).or_default().push(memory);
        self.record(|| Op::Name(memory, name.clone(), user.place));
        self.checker.name(memory, name, user.place);
    }

    pub fn unbind(&mut self, memory: MemoryKey, slot: u64) {
        if let Some(slot) = self.slots.get_mut(&slot) {
            slot.retain(|it| *it != memory);
        }
    }

    /// The call has seen these to be over.
    pub fn learn(&mut self, actor: ActorKey, seen: &[Arc<Stamp>]) {
        self.add(actor, seen, Op::Learn);
    }

    /// The call has awaited these.
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
