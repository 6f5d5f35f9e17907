//! Which commands of a queue may have failed. Plain data; the driver is asked elsewhere.

use crate::error::Failure;
use crate::sync::clock::Position;
use crate::util::primitives::{Arc, Mutex, Ordering, StaticBool, lock};
use smallvec::SmallVec;

/// Whether any command has ever failed. Until then nothing looks for failures.
static ANY: StaticBool = StaticBool::new(false);

pub(super) fn any() -> bool {
    ANY.load(Ordering::Acquire)
}

pub(super) fn note_any() {
    ANY.store(true, Ordering::Release);
}

/// The failures of one queue.
#[derive(Debug, Default)]
pub(super) struct Failures {
    ranges: Mutex<SmallVec<[FailedRange; 1]>>,
}

/// A part of a queue that contains a failed command. A command in it that has no event of its own may be the failed
/// one.
#[derive(Debug)]
struct FailedRange {
    /// All commands up to here are complete.
    after: u64,
    to: u64,
    failure: Arc<Failure>,
}

impl FailedRange {
    fn contains(&self, position: Position) -> bool {
        self.after < position.latest && position.latest <= self.to
    }
}

/// Ranges kept per queue; older ones are forgotten.
const HISTORY: usize = 16;

impl Failures {
    /// Notes that the command at `position` failed. All commands up to `completed` are complete.
    pub fn note_failed(&self, position: Position, completed: u64, failure: &Arc<Failure>) {
        let mut ranges = lock(&self.ranges);
        if ranges.len() == HISTORY {
            ranges.remove(0);
        }
        ranges.push(FailedRange {
            after: completed,
            to: position.latest,
            failure: failure.clone(),
        });
        note_any();
    }

    /// Notes that the command at `position` failed, and that no other command has to do with it.
    pub fn note_failed_alone(&self, position: Position, failure: &Arc<Failure>) {
        self.note_failed(position, position.latest - 1, failure);
    }

    /// The failure that is that of the command at `position` itself.
    pub fn of(&self, position: Position) -> Option<Arc<Failure>> {
        if !any() {
            return None;
        }
        let ranges = lock(&self.ranges);
        let range = ranges.iter().find(|range| range.to == position.latest);
        range.map(|range| range.failure.clone())
    }

    /// Notes that the command at `position` is complete, and all commands before it.
    pub fn note_complete(&self, position: Position) {
        if any() {
            let mut ranges = lock(&self.ranges);
            let later = ranges.iter_mut().filter(|it| position.latest < it.to);
            later.for_each(|it| it.after = it.after.max(position.completes()));
        }
    }

    /// The failure that may be that of a command at `position` without an event of its own.
    pub fn at(&self, position: Position) -> Option<Arc<Failure>> {
        if !any() {
            return None;
        }
        let ranges = lock(&self.ranges);
        let range = ranges.iter().find(|range| range.contains(position));
        range.map(|range| range.failure.clone())
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;

    fn failure(message: &str) -> Arc<Failure> {
        Arc::new(Failure::new(None, message))
    }

    /// The positions, of the first 20, at which a command may have failed.
    fn failed(failures: &Failures) -> Vec<u64> {
        let has_failed = |&place: &u64| failures.at(Position::exact(place)).is_some();
        (1..=20).filter(has_failed).collect()
    }

    #[test]
    fn a_failure_may_be_that_of_each_command_that_is_not_known_to_be_complete() {
        let failures = Failures::default();
        assert!(failed(&failures).is_empty());
        failures.note_failed(Position::exact(5), 2, &failure("broken"));
        assert_eq!(failed(&failures), [3, 4, 5]);
    }

    #[test]
    fn a_complete_command_clears_those_before_it() {
        let failures = Failures::default();
        failures.note_failed(Position::exact(5), 0, &failure("broken"));
        failures.note_complete(Position::exact(3));
        assert_eq!(failed(&failures), [4, 5]);
        failures.note_complete(Position::exact(1));
        assert_eq!(failed(&failures), [4, 5]);
    }

    #[test]
    fn a_later_complete_command_does_not_clear_a_failure() {
        let failures = Failures::default();
        failures.note_failed(Position::exact(5), 3, &failure("broken"));
        failures.note_complete(Position::exact(9));
        assert_eq!(failed(&failures), [4, 5]);
    }

    #[test]
    fn an_inexact_position_clears_only_what_is_certainly_before_it() {
        let failures = Failures::default();
        failures.note_failed(Position::exact(9), 0, &failure("broken"));
        failures.note_complete(Position {
            earliest: 2,
            latest: 6,
        });
        assert_eq!(failed(&failures), [3, 4, 5, 6, 7, 8, 9]);
    }

    #[test]
    fn a_command_that_fails_alone_is_the_only_one() {
        let failures = Failures::default();
        failures.note_failed_alone(Position::exact(5), &failure("broken"));
        assert_eq!(failed(&failures), [5]);
        failures.note_failed(Position::exact(9), 6, &failure("broken"));
        let has_failed_itself = |&place: &u64| failures.of(Position::exact(place)).is_some();
        assert_eq!(
            (1..=20).filter(has_failed_itself).collect::<Vec<_>>(),
            [5, 9]
        );
    }

    #[test]
    fn each_range_has_its_own_failure_and_the_oldest_is_forgotten() {
        let failures = Failures::default();
        for place in 1..=HISTORY as u64 {
            let own = failure(&place.to_string());
            failures.note_failed(Position::exact(place), place - 1, &own);
        }
        assert_eq!(failed(&failures), (1..=16).collect::<Vec<_>>());
        let second = failures.at(Position::exact(2));
        assert!(second.is_some_and(|failure| failure.to_string().contains('2')));
        failures.note_failed(Position::exact(17), 16, &failure("17"));
        assert_eq!(failed(&failures), (2..=17).collect::<Vec<_>>());
    }
}
