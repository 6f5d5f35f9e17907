//! Which memories are in which slot.
//!
//! The host uses whatever is in a slot, and can move it to another slot while the use is exclusive. The checker learns
//! where a memory is when a use of its slot comes to a queue. A use of another slot then knows what the first use knew
//! that can have moved it there, because the host moves a value only from one place that it may use to another.

use super::super::keys::{ActorKey, LockKey, MemoryKey};
use super::super::memory::{Entry, Record};
use super::super::report::{Action, Doer};
use super::{Checker, HostUse};
use std::ops::Range;

/// The byte that stands for all that is in a slot.
const ALL: Range<usize> = 0..1;

impl Checker {
    /// A use of a slot comes to a queue, and a memory of `bytes` bytes is in the slot. Returns whether it came there since
    /// it was last seen.
    pub fn hold(
        &mut self,
        actor: ActorKey,
        lock: LockKey,
        memory: MemoryKey,
        bytes: usize,
    ) -> bool {
        let contents = self.memories.entry(memory).or_default();
        let before = contents.slot.replace(lock);
        let has_moved = before != Some(lock);
        if has_moved {
            contents.bytes = bytes;
            contents.brought = contents.left.clone().unwrap_or_default();
            if let Some(before) = before.and_then(|before| self.locks.get_mut(&before)) {
                before.memories.retain(|it| *it != memory);
            }
            self.locks.entry(lock).or_default().memories.push(memory);
        }
        if has_moved || contents.left.is_some() {
            contents.left = None;
            contents.history.leave_slot();
            let host = &self.locks.entry(lock).or_default().host;
            contents.history.enter_slot(host, &(0..bytes));
        }
        let actor = self.actors.entry(actor).or_default();
        actor.clock.join(&contents.brought);
        has_moved
    }

    /// The memories in a slot, with their sizes, for a use of it that is on a queue.
    pub fn held(&self, lock: LockKey) -> impl Iterator<Item = (MemoryKey, usize)> {
        let memories = self.locks.get(&lock).map(|slot| slot.memories.iter());
        memories.into_iter().flatten().filter_map(|memory| {
            let contents = self.memories.get(memory)?;
            contents.left.is_none().then_some((*memory, contents.bytes))
        })
    }

    /// The host begins to use all that is in a slot.
    pub fn begin_in(
        &mut self,
        actor: ActorKey,
        lock: LockKey,
        action: Action,
        doer: Doer,
    ) -> HostUse {
        let (agent, clock) = self.host(actor);
        let record = Record::of_slot(agent, doer);
        let entry = |bytes| Entry {
            record: record.clone(),
            bytes,
            action,
        };
        let slot = self.locks.entry(lock).or_default();
        let of_host = slot.host.access(&entry(ALL), &clock);
        for memory in slot.memories.clone() {
            let contents = self.memories.entry(memory).or_default();
            let new = entry(0..contents.bytes);
            let conflicts = match contents.left {
                None => contents.history.access(&new, &clock),
                // It may be elsewhere. The use that can have moved it was compared with the commands on it.
                Some(_) => of_host.iter().map(|it| it.of(&new.bytes)).collect(),
            };
            if action != Action::Read {
                contents.left.get_or_insert_with(|| clock.clone());
            }
            self.report(memory, &new, conflicts);
        }
        HostUse(record)
    }
}
