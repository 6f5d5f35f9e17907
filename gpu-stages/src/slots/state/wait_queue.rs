//! The uses of a resource, and the wait queue of each slot.

use super::role::{FirstUse, Role};
use crate::call::Parameter;
use crate::error::Origin;
use std::ops::{Index, IndexMut};
use std::task::Waker;

/// The index of a use among those of its resource.
pub type UseIndex = u32;

/// One use, or a pin.
#[derive(Debug)]
pub(super) struct Entry {
    pub role: Role,
    pub grant: Grant,
    pub slot: usize,
    pub first_use: FirstUse,
    /// The number of the call; 0 for a pin.
    pub call: u64,
    /// The call's name for the resource; none for a pin.
    pub parameter: Option<Parameter>,
    /// The value of `Slot::accepted` when the use was granted.
    pub accepted: u64,
    /// The version that it uses, or makes.
    pub version: u64,
    /// The version that the slot had before, to return to.
    pub previous_version: u64,
    pub waker: Option<Waker>,
    /// Whether its task was woken for the grant and has not looked since.
    pub is_woken: bool,
    pub previous: Option<UseIndex>,
    pub next: Option<UseIndex>,
}

/// Whether a use may begin.
#[derive(Clone, Debug)]
pub(crate) enum Grant {
    Waiting,
    Granted,
    /// The version will not be written. This is the call that should have written it.
    NeverWritten(Box<Origin>),
}

impl Entry {
    /// A use that waits, in no wait queue yet.
    pub fn new(
        role: Role,
        slot: usize,
        version: u64,
        call: u64,
        parameter: Option<Parameter>,
    ) -> Self {
        Entry {
            role,
            grant: Grant::Waiting,
            slot,
            first_use: FirstUse::Unknown,
            call,
            parameter,
            accepted: 0,
            version,
            previous_version: 0,
            waker: None,
            is_woken: false,
            previous: None,
            next: None,
        }
    }
}

/// The first and last use that wait for one slot.
#[derive(Debug, Default)]
pub(super) struct WaitQueue {
    pub first: Option<UseIndex>,
    last: Option<UseIndex>,
}

/// All uses of a resource. Indices of uses that ended are used again.
#[derive(Debug, Default)]
pub(super) struct Uses {
    entries: Vec<Entry>,
    free: Vec<UseIndex>,
}

impl Uses {
    #[inline]
    pub fn add(&mut self, entry: Entry) -> UseIndex {
        match self.free.pop() {
            Some(index) => {
                self[index] = entry;
                index
            }
            None => {
                let index = UseIndex::try_from(self.entries.len());
                let index = index.expect("a resource has fewer than 2^32 uses at a time");
                self.entries.push(entry);
                index
            }
        }
    }

    #[inline]
    pub fn remove(&mut self, index: UseIndex) {
        self.free.push(index);
    }

    /// All uses that have not ended, in no order.
    pub fn present(&self) -> impl Iterator<Item = &Entry> {
        let all = (0..).zip(&self.entries);
        all.filter_map(|(index, entry)| (!self.free.contains(&index)).then_some(entry))
    }

    /// The waiting uses from `first` on, in order.
    pub fn waiting_from(
        &self,
        first: Option<UseIndex>,
    ) -> impl Iterator<Item = (UseIndex, &Entry)> {
        let queue = std::iter::successors(first, |index| self[*index].next);
        queue.map(|index| (index, &self[index]))
    }

    /// Inserts a use before `next`, or at the end.
    pub fn insert(&mut self, queue: &mut WaitQueue, index: UseIndex, next: Option<UseIndex>) {
        let previous = match next {
            Some(next) => self[next].previous.replace(index),
            None => queue.last.replace(index),
        };
        match previous {
            Some(previous) => self[previous].next = Some(index),
            None => queue.first = Some(index),
        }
        let entry = &mut self[index];
        (entry.previous, entry.next) = (previous, next);
    }

    /// Takes a use out of its wait queue.
    pub fn unlink(&mut self, queue: &mut WaitQueue, index: UseIndex) {
        let entry = &mut self[index];
        let (previous, next) = (entry.previous.take(), entry.next.take());
        match previous {
            Some(previous) => self[previous].next = next,
            None => queue.first = next,
        }
        match next {
            Some(next) => self[next].previous = previous,
            None => queue.last = previous,
        }
    }
}

impl Index<UseIndex> for Uses {
    type Output = Entry;

    #[inline]
    fn index(&self, index: UseIndex) -> &Entry {
        &self.entries[index as usize]
    }
}

impl IndexMut<UseIndex> for Uses {
    #[inline]
    fn index_mut(&mut self, index: UseIndex) -> &mut Entry {
        &mut self.entries[index as usize]
    }
}

#[cfg(test)]
#[cfg(not(any(loom, shuttle)))]
mod tests {
    use super::*;

    fn filled(count: usize) -> (Uses, WaitQueue) {
        let (mut uses, mut queue) = (Uses::default(), WaitQueue::default());
        for _ in 0..count {
            let index = uses.add(Entry::new(Role::Read, 0, 1, 1, None));
            uses.insert(&mut queue, index, None);
        }
        (uses, queue)
    }

    fn order(uses: &Uses, queue: &WaitQueue) -> Vec<UseIndex> {
        let forwards: Vec<_> = uses
            .waiting_from(queue.first)
            .map(|(index, _)| index)
            .collect();
        let backwards = std::iter::successors(queue.last, |index| uses[*index].previous);
        let backwards: Vec<_> = backwards.collect();
        assert!(
            forwards.iter().eq(backwards.iter().rev()),
            "{forwards:?} {backwards:?}"
        );
        forwards
    }

    #[test]
    fn a_use_is_inserted_at_the_end_or_before_another() {
        let (mut uses, mut queue) = filled(2);
        let late = uses.add(Entry::new(Role::Read, 0, 1, 1, None));
        uses.insert(&mut queue, late, Some(1));
        let first = uses.add(Entry::new(Role::Read, 0, 1, 1, None));
        uses.insert(&mut queue, first, Some(0));
        assert_eq!(order(&uses, &queue), [3, 0, 2, 1]);
    }

    #[test]
    fn a_use_is_taken_out_anywhere() {
        for (out, rest) in [(0, [1, 2]), (1, [0, 2]), (2, [0, 1])] {
            let (mut uses, mut queue) = filled(3);
            uses.unlink(&mut queue, out);
            assert_eq!(order(&uses, &queue), rest);
        }
        let (mut uses, mut queue) = filled(1);
        uses.unlink(&mut queue, 0);
        assert_eq!((queue.first, queue.last), (None, None));
    }

    #[test]
    fn indices_of_ended_uses_are_used_again() {
        let (mut uses, _) = filled(3);
        uses.remove(1);
        assert_eq!(uses.present().count(), 2);
        assert_eq!(uses.add(Entry::new(Role::Pin, 0, 1, 0, None)), 1);
        assert_eq!(uses.present().count(), 3);
    }
}
