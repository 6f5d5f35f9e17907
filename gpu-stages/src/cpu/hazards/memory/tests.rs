//! Accesses by byte range, and what replaces what.

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

#[test]
fn the_uses_of_a_slot_leave_with_it_and_come_with_it() {
    let (mut agents, none) = (Agents::default(), Clock::default());
    let doer = || Doer {
        name: "use".into(),
        origin: None,
        place: Place::Host,
    };
    let entry = |record, bytes| Entry {
        record,
        bytes,
        action: Action::Write,
    };
    let mut scene = Scene::default();
    scene.access(&none, 0..4, Action::Write);
    let of_slot = entry(Record::of_slot(agents.take(), doer()), 0..8);
    assert_eq!(scene.history.access(&of_slot, &none).len(), 1);
    scene.history.leave_slot();
    assert_eq!(scene.segments(), [(0..4, 1)]);

    let mut host = History::default();
    host.access(&entry(Record::of_slot(agents.take(), doer()), 0..1), &none);
    scene.history.enter_slot(&host, &(0..8));
    assert_eq!(scene.segments(), [(0..4, 2), (4..8, 1)]);
    assert_eq!(scene.access(&none, 2..6, Action::Read).1, [(2, 4), (2, 6)]);
}
