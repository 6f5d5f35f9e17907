//! What was done with one memory: the accesses that later ones could conflict with, byte range by byte range.

use super::clock::{Agent, Clock};
use super::report::{Action, Doer};
use crate::util::primitives::{Arc, AtomicU64, Ordering};
use smallvec::SmallVec;
use std::ops::Range;

/// One command, host use or free: all of its accesses share it.
#[derive(Debug)]
pub(super) struct Record {
    pub doer: Doer,
    agent: Arc<Agent>,
    tick: AtomicU64,
}

/// The tick of a use that has not ended: nobody is behind it.
const OPEN: u64 = u64::MAX;

impl Record {
    /// A use that ends at the agent's tick `tick`.
    pub fn ending_at(tick: u64, agent: Arc<Agent>, doer: Doer) -> Arc<Self> {
        let tick = AtomicU64::new(tick);
        Arc::new(Record { doer, agent, tick })
    }

    /// A use whose end is not known yet.
    pub fn open(agent: Arc<Agent>, doer: Doer) -> Arc<Self> {
        Self::ending_at(OPEN, agent, doer)
    }

    /// The use ends now. Returns the agent and its tick.
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

/// An earlier access that a new one is not behind.
#[derive(Debug)]
pub(super) struct Conflict {
    pub earlier: Entry,
    pub bytes: Range<usize>,
}

/// Bytes with one history.
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
    /// Adds an access that begins at `clock`; returns what it conflicts with and is not behind.
    ///
    /// What the new access is behind, and stands for, is forgotten: whoever is not behind the old one is not
    /// behind the new one either, and conflicts with it if it does with the old one.
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

    fn segments_of(&mut self, bytes: &Range<usize>) -> &mut [Segment] {
        let from = self
            .segments
            .partition_point(|it| it.bytes.start < bytes.start);
        let to = self
            .segments
            .partition_point(|it| it.bytes.start < bytes.end);
        &mut self.segments[from..to]
    }

    /// Makes a segment end at `at`, if one goes across.
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

    /// Makes segments where `bytes` were not touched before.
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

/// Adds a conflict, or the bytes of one that is there already.
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
