//! One thread that looks after the waits whose callback does not come.
//!
//! On some drivers callbacks never come for failed commands, and commands that wait for a failed one stay queued for
//! ever. The thread starts with the first wait and sleeps while there are none.

use super::completion::{Completion, WeakCompletion};
use crate::sync::event::Status;
use crate::util::panics::contain;
use crate::util::pool::Pooled;
use crate::util::primitives::{StaticCondvar, StaticMutex, lock_static, unpoisoned};
use smallvec::SmallVec;
use std::time::Duration;

/// The time between two looks: well above what callbacks take, well below what a person notices.
const INTERVAL: Duration = Duration::from_millis(10);

#[derive(Debug)]
struct Watchdog {
    /// Waits that the thread has not taken yet.
    added: Vec<WeakCompletion>,
    is_running: bool,
}

static WATCHDOG: StaticMutex<Watchdog> = StaticMutex::new(Watchdog {
    added: Vec::new(),
    is_running: false,
});
static ADDED: StaticCondvar = StaticCondvar::new();

/// Looks after `wait` until it is over.
pub(super) fn look_after(wait: WeakCompletion) {
    make_room();
    let mut watchdog = lock_static(&WATCHDOG);
    watchdog.added.push(wait);
    if !watchdog.is_running {
        let thread = std::thread::Builder::new().name("gpu-stages opencl watchdog".into());
        watchdog.is_running = thread.spawn(run).is_ok();
    }
    drop(watchdog);
    ADDED.notify_one();
}

/// Before the list grows, forgets what is over: on a busy machine waits come faster than the thread looks.
fn make_room() {
    let mut waits = {
        let mut watchdog = lock_static(&WATCHDOG);
        if watchdog.added.len() < watchdog.added.capacity() {
            return;
        }
        std::mem::take(&mut watchdog.added)
    };
    waits.retain(may_run);
    let mut watchdog = lock_static(&WATCHDOG);
    waits.append(&mut watchdog.added);
    watchdog.added = waits;
}

fn run() {
    let mut waits: Vec<WeakCompletion> = Vec::new();
    let mut round = 0;
    loop {
        let mut watchdog = lock_static(&WATCHDOG);
        while watchdog.added.is_empty() && waits.is_empty() {
            watchdog = unpoisoned(ADDED.wait(watchdog));
        }
        if !watchdog.added.is_empty() {
            waits.append(&mut watchdog.added);
            waits.sort_unstable_by_key(|wait| (wait.place.queue, wait.place.position.latest));
        }
        drop(watchdog);
        std::thread::sleep(INTERVAL);
        round += 1;
        look_at_all(&mut waits, round);
    }
}

/// Looks at the waits of each queue up to the first whose command still runs: queues are in order, so the commands
/// after that one are not over either.
fn look_at_all(waits: &mut Vec<WeakCompletion>, round: u64) {
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
fn may_run(wait: &WeakCompletion) -> bool {
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
