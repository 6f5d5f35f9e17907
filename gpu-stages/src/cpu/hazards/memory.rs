//! [`History`]: the accesses to one memory that later ones could conflict with, byte range by byte range.

use super::clock::{Agent, Clock};
use super::report::{Action, Doer};
use crate::util::primitives::{Arc, AtomicU64, Ordering};
use smallvec::SmallVec;
use std::ops::Range;

/// One command, host use or free: all of its accesses share it.
#[derive(Debug)]
pub(super) struct Record {
    pub doer: Doer,
    /// Whether it is a use by the host of all that is in a slot.
    is_of_slot: bool,
    agent: Arc<Agent>,
    tick: AtomicU64,
}

/// The tick of a use that has not ended: nothing is ordered after it.
const OPEN: u64 = u64::MAX;

impl Record {
    /// A use that ends at the agent's tick `tick`.
    pub fn ending_at(tick: u64, agent: Arc<Agent>, doer: Doer) -> Arc<Self> {
        Arc::new(Record {
            doer,
            is_of_slot: false,
            agent,
            tick: AtomicU64::new(tick),
        })
    }

    /// A use that has not ended.
    pub fn open(agent: Arc<Agent>, doer: Doer) -> Arc<Self> {
        Self::ending_at(OPEN, agent, doer)
    }

    /// A use by the host of all that is in a slot, which has not ended.
    pub fn of_slot(agent: Arc<Agent>, doer: Doer) -> Arc<Self> {
        Arc::new(Record {
            doer,
            is_of_slot: true,
            agent,
            tick: AtomicU64::new(OPEN),
        })
    }

    /// The use ends now. Returns the agent, and its tick at the end.
    pub fn close(&self) -> (&Agent, u64) {
        let tick = self.agent.tick();
        self.tick.store(tick, Ordering::Relaxed);
        (&self.agent, tick)
    }

    fn is_before(&self, clock: &Clock) -> bool {
        clock.knows(&self.agent, self.tick.load(Ordering::Relaxed))
    }
}

/// One access of a record.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub record: Arc<Record>,
    pub bytes: Range<usize>,
    pub action: Action,
}

impl Entry {
    fn writes(&self) -> bool {
        self.action != Action::Read
    }

    fn is(&self, other: &Entry) -> bool {
        Arc::ptr_eq(&self.record, &other.record)
            && self.bytes == other.bytes
            && self.action == other.action
    }
}

/// An earlier access that a new one conflicts with and is not ordered after.
#[derive(Debug)]
pub(super) struct Conflict {
    pub earlier: Entry,
    pub bytes: Range<usize>,
}

impl Conflict {
    /// The same conflict of two uses of a slot, as that of these bytes of a memory.
    pub fn of(&self, bytes: &Range<usize>) -> Conflict {
        Conflict {
            earlier: Entry {
                bytes: bytes.clone(),
                ..self.earlier.clone()
            },
            bytes: bytes.clone(),
        }
    }
}

/// Bytes to which the same accesses were made.
#[derive(Debug)]
struct Segment {
    bytes: Range<usize>,
    entries: SmallVec<[Entry; 2]>,
}

/// The accesses to one memory. Segments are in order, disjoint, and merged where their entries are the same.
#[derive(Debug, Default)]
pub(super) struct History {
    segments: Vec<Segment>,
}

impl History {
    /// Adds an access that begins at `clock`. Returns the conflicts with accesses that it is not ordered after.
    ///
    /// An old access is removed if the new one is ordered after it and conflicts with everything that the old one does.
    /// A later access that is not ordered after the old one is not ordered after the new one either.
    pub fn access(&mut self, new: &Entry, clock: &Clock) -> Vec<Conflict> {
        let mut conflicts = Vec::new();
        if new.bytes.is_empty() {
            return conflicts;
        }
        self.cut(new.bytes.start);
        self.cut(new.bytes.end);
        self.fill_gaps(&new.bytes);
        for segment in self.segments_of(&new.bytes) {
            segment.entries.retain(|old| {
                let own = Arc::ptr_eq(&old.record, &new.record);
                let ordered = own || old.record.is_before(clock);
                if !ordered && (old.writes() || new.writes()) {
                    note(&mut conflicts, old, &segment.bytes);
                }
                !(ordered && (new.writes() || !old.writes()))
            });
            segment.entries.push(new.clone());
        }
        self.merge();
        conflicts
    }

    /// Removes the uses by the host of the slot that the memory was in.
    pub fn leave_slot(&mut self) {
        for segment in &mut self.segments {
            segment.entries.retain(|entry| !entry.record.is_of_slot);
        }
        self.segments.retain(|segment| !segment.entries.is_empty());
        self.merge();
    }

    /// Adds the uses by the host of the slot that the memory, of `bytes`, is in now.
    pub fn enter_slot(&mut self, host: &History, bytes: &Range<usize>) {
        self.cut(bytes.start);
        self.cut(bytes.end);
        self.fill_gaps(bytes);
        let uses = host.segments.iter().flat_map(|segment| &segment.entries);
        for segment in self.segments_of(bytes) {
            let uses = uses.clone().map(|it| Entry {
                bytes: bytes.clone(),
                ..it.clone()
            });
            segment.entries.extend(uses);
        }
        self.segments.retain(|segment| !segment.entries.is_empty());
        self.merge();
    }

    fn segments_of(&mut self, bytes: &Range<usize>) -> &mut [Segment] {
        let from = self
            .segments
            .partition_point(|it| it.bytes.start < bytes.start);
        let to = self
            .segments
            .partition_point(|it| it.bytes.start < bytes.end);
        &mut self.segments[from..to]
    }

    /// Splits the segment that contains `at`, if it does not begin there.
    fn cut(&mut self, at: usize) {
        let index = self.segments.partition_point(|it| it.bytes.end <= at);
        let Some(segment) = self.segments.get_mut(index) else {
            return;
        };
        if segment.bytes.start < at {
            let right = Segment {
                bytes: at..segment.bytes.end,
                entries: segment.entries.clone(),
            };
            segment.bytes.end = at;
            self.segments.insert(index + 1, right);
        }
    }

    /// Adds segments for those of `bytes` that were not accessed before.
    fn fill_gaps(&mut self, bytes: &Range<usize>) {
        let mut index = self
            .segments
            .partition_point(|it| it.bytes.end <= bytes.start);
        let mut from = bytes.start;
        while from < bytes.end {
            let next = self.segments.get(index).map(|it| it.bytes.clone());
            let next = next.unwrap_or(bytes.end..bytes.end);
            let to = next.start.min(bytes.end);
            if from < to {
                let gap = Segment {
                    bytes: from..to,
                    entries: SmallVec::new(),
                };
                self.segments.insert(index, gap);
                index += 1;
            }
            index += 1;
            from = next.end;
        }
    }

    fn merge(&mut self) {
        self.segments.dedup_by(|right, left| {
            let same = left.bytes.end == right.bytes.start
                && left.entries.len() == right.entries.len()
                && left
                    .entries
                    .iter()
                    .zip(&right.entries)
                    .all(|(a, b)| a.is(b));
            if same {
                left.bytes.end = right.bytes.end;
            }
            same
        });
    }
}

/// Adds a conflict, or extends the bytes of the one with the same access.
fn note(conflicts: &mut Vec<Conflict>, old: &Entry, bytes: &Range<usize>) {
    let known = |it: &&mut Conflict| it.earlier.is(old) && it.bytes.end == bytes.start;
    match conflicts.iter_mut().find(known) {
        Some(conflict) => conflict.bytes.end = bytes.end,
        None => conflicts.push(Conflict {
            earlier: old.clone(),
            bytes: bytes.clone(),
        }),
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests;
