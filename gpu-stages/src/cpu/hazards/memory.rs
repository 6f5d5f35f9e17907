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
    of_slot: bool,
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
            of_slot: false,
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
            of_slot: true,
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
            segment.entries.retain(|entry| !entry.record.of_slot);
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
            segment.entries.extend(uses.clone().map(|it| Entry {
                bytes: bytes.clone(),
                ..it.clone()
            }));
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
mod tests {
    use super::super::clock::Agents;
    use super::super::report::Place;
    use super::*;

    /// A memory, and accesses to it by new agents, each a complete use.
    #[derive(Default)]
    struct Scene {
        history: History,
        agents: Agents,
    }

    impl Scene {
        /// Makes an access that is ordered after `clock`. Returns the clock of its end, and the bytes of the conflicts.
        fn access(
            &mut self,
            clock: &Clock,
            bytes: Range<usize>,
            action: Action,
        ) -> (Clock, Vec<(usize, usize)>) {
            let doer = Doer {
                name: "use".into(),
                origin: None,
                place: Place::Host,
            };
            let agent = self.agents.take();
            let tick = agent.tick();
            let entry = Entry {
                record: Record::ending_at(tick, agent.clone(), doer),
                bytes,
                action,
            };
            let conflicts = self.history.access(&entry, clock).into_iter();
            let mut end = clock.clone();
            end.set(&agent, tick);
            (
                end,
                conflicts.map(|it| (it.bytes.start, it.bytes.end)).collect(),
            )
        }

        fn segments(&self) -> Vec<(Range<usize>, usize)> {
            let segments = self.history.segments.iter();
            segments
                .map(|it| (it.bytes.clone(), it.entries.len()))
                .collect()
        }
    }

    #[test]
    fn conflicts_are_of_the_common_bytes_and_not_between_reads() {
        let (mut scene, none) = (Scene::default(), Clock::default());
        assert_eq!(scene.access(&none, 0..8, Action::Read).1, []);
        assert_eq!(scene.access(&none, 4..12, Action::Read).1, []);
        // Each read has conflicts of its own, which go across segments.
        let conflicts = scene.access(&none, 2..10, Action::Write).1;
        assert_eq!(conflicts, [(2, 8), (4, 10)]);
        assert_eq!(scene.access(&none, 5..5, Action::Free).1, []);
    }

    #[test]
    fn an_access_replaces_the_older_ones_that_it_stands_for() {
        let (mut scene, none) = (Scene::default(), Clock::default());
        let (first, _) = scene.access(&none, 0..8, Action::Write);
        // A read does not stand for a write: other reads have no conflict with it.
        let (second, conflicts) = scene.access(&first, 0..4, Action::Read);
        assert_eq!(conflicts, []);
        assert_eq!(scene.segments(), [(0..4, 2), (4..8, 1)]);
        // It stands for a read that it is ordered after.
        let (third, _) = scene.access(&second, 0..4, Action::Read);
        assert_eq!(scene.segments(), [(0..4, 2), (4..8, 1)]);
        scene.access(&first, 0..4, Action::Read);
        assert_eq!(scene.segments(), [(0..4, 3), (4..8, 1)]);
        // A write stands for all that it is ordered after.
        let (_, conflicts) = scene.access(&third, 0..8, Action::Write);
        assert_eq!(conflicts, [(0, 4)]);
        assert_eq!(scene.segments(), [(0..4, 2), (4..8, 1)]);
    }

    #[test]
    fn bytes_between_two_accesses_have_no_history() {
        let (mut scene, none) = (Scene::default(), Clock::default());
        scene.access(&none, 0..2, Action::Read);
        scene.access(&none, 6..8, Action::Read);
        assert_eq!(scene.segments(), [(0..2, 1), (6..8, 1)]);
        assert_eq!(scene.access(&none, 1..7, Action::Free).1, [(1, 2), (6, 7)]);
        assert_eq!(
            scene.segments(),
            [(0..1, 1), (1..2, 2), (2..6, 1), (6..7, 2), (7..8, 1)]
        );
    }

    #[test]
    fn nothing_is_ordered_after_a_use_that_has_not_ended() {
        let mut agents = Agents::default();
        let doer = Doer {
            name: "use".into(),
            origin: None,
            place: Place::Host,
        };
        let record = Record::open(agents.take(), doer);
        let mut clock = Clock::default();
        clock.set(&record.agent, u64::MAX - 1);
        assert!(!record.is_before(&clock));
        let (_, tick) = record.close();
        assert_eq!(tick, 1);
        assert!(record.is_before(&clock));
    }
}
