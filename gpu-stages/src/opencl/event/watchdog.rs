//! Looks after the waits whose callback does not come.
//!
//! On some drivers callbacks never come for failed commands, and commands that wait for a failed one stay queued for
//! ever.

use super::completion::{Completion, WeakCompletion, next_round};
use crate::sync::event::Status;
use crate::util::panics::contain;
use crate::util::pool::Pooled;
use smallvec::SmallVec;

/// Looks at the waits of each queue up to the first whose command still runs: queues are in order, so the commands
/// after that one are not over either.
pub(super) fn look_at_all(waits: &mut Vec<WeakCompletion>) {
    let round = next_round();
    let mut running: Option<WeakCompletion> = None;
    waits.retain(|wait| {
        let comes_later = |first: &WeakCompletion| {
            let (first, wait) = (first.place, wait.place);
            first.queue == wait.queue && first.position.is_within(wait.position)
        };
        if running.as_ref().is_some_and(comes_later) {
            return true;
        }
        let mut again = true;
        // A waker that panics must not take the waits of others with it.
        contain(|| again = look(wait, round));
        if again && is_ordered_before_later_ones(wait) {
            running = Some(*wait);
        }
        again
    });
}

/// Whether the command may still run, as far as is known without the driver.
pub(super) fn may_run(wait: &WeakCompletion) -> bool {
    wait.upgrade().is_some_and(|record| !record.is_known_over())
}

/// Whether the commands after this one on its queue are over only after it is reported to be. A late marker and the
/// fence of a failure stand further back on the queue: commands between may be over before them, or stuck.
fn is_ordered_before_later_ones(wait: &WeakCompletion) -> bool {
    wait.upgrade()
        .is_none_or(|record| record.is_its_own_event())
}

/// Asks the driver about the command and about what it waits for. Returns whether to look again. `round` is the number
/// of the look at all waits.
fn look(wait: &WeakCompletion, round: u64) -> bool {
    let Some(record) = wait.upgrade() else {
        return false;
    };
    if record.is_known_over() {
        // A later command may have shown it; then no task has been woken.
        record.hint();
        return false;
    }
    // First the commands that it waits for. If one of them failed, some drivers leave this one queued for ever and do
    // not say that it failed.
    let records = with_what_it_waits_for(record, round);
    for record in records.iter().rev() {
        let _: Status = record.ask();
    }
    !records[0].is_known_over()
}

/// The command, then those that it waits for, directly or through others, unless they are known to be over or have
/// been asked in this round.
fn with_what_it_waits_for(
    record: Pooled<Completion>,
    round: u64,
) -> SmallVec<[Pooled<Completion>; 8]> {
    let mut records = SmallVec::<[Pooled<Completion>; 8]>::new();
    records.push(record);
    let mut index = 0;
    while let Some(record) = records.get(index) {
        let dependencies = record.dependencies();
        let waited_for = dependencies.iter().filter(|it| it.is_waited_for);
        for other in waited_for.filter_map(|it| it.command.upgrade()) {
            if other.is_new_in(round) && !other.is_known_over() {
                records.push(other);
            }
        }
        index += 1;
    }
    records
}
