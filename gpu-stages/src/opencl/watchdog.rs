//! One thread that looks after the waits whose callback does not come.
//!
//! Callbacks never come for failed commands on some drivers, and commands behind a failed one may stay queued
//! for ever. The thread starts with the first wait and sleeps while there are none.

use super::event::Weak;
use crate::util::panics::contain;
use crate::util::primitives::{StaticCondvar, StaticMutex, lock_static, unpoisoned};
use std::time::Duration;

/// How long a callback may take before somebody looks. Well above what callbacks take, well below what a person
/// notices.
const INTERVAL: Duration = Duration::from_millis(10);

#[derive(Debug)]
struct Watch {
    waits: Vec<Weak>,
    running: bool,
}

static WATCH: StaticMutex<Watch> = StaticMutex::new(Watch {
    waits: Vec::new(),
    running: false,
});
static ADDED: StaticCondvar = StaticCondvar::new();

/// Looks after `wait` until it is over.
pub(super) fn watch(wait: Weak) {
    make_room();
    let mut watch = lock_static(&WATCH);
    watch.waits.push(wait);
    if !watch.running {
        let thread = std::thread::Builder::new().name("gpu-stages opencl watchdog".into());
        watch.running = thread.spawn(run).is_ok();
    }
    drop(watch);
    ADDED.notify_one();
}

/// Before the list grows, forgets what is over: on a busy machine waits come faster than the thread looks.
fn make_room() {
    let mut waits = {
        let mut watch = lock_static(&WATCH);
        if watch.waits.len() < watch.waits.capacity() {
            return;
        }
        std::mem::take(&mut watch.waits)
    };
    waits.retain(Weak::is_running);
    let mut watch = lock_static(&WATCH);
    waits.append(&mut watch.waits);
    watch.waits = waits;
}

fn run() {
    let mut waits: Vec<Weak> = Vec::new();
    let mut round = 0;
    loop {
        let mut watch = lock_static(&WATCH);
        while watch.waits.is_empty() && waits.is_empty() {
            watch = unpoisoned(ADDED.wait(watch));
        }
        if !watch.waits.is_empty() {
            waits.append(&mut watch.waits);
            waits.sort_unstable_by_key(|wait| (wait.queue, wait.position.latest));
        }
        drop(watch);
        std::thread::sleep(INTERVAL);
        round += 1;
        look_after(&mut waits, round);
    }
}

/// Looks at the waits of each queue, up to the first whose command runs: queues are in order, and what stands behind
/// that one need not be asked for.
fn look_after(waits: &mut Vec<Weak>, round: u64) {
    let mut running: Option<Weak> = None;
    waits.retain(|wait| {
        let is_behind =
            |first: &Weak| first.queue == wait.queue && first.position.is_within(wait.position);
        if running.as_ref().is_some_and(is_behind) {
            return true;
        }
        let mut again = true;
        // A waker that panics must not take the waits of others with it.
        contain(|| again = wait.look(round));
        if again && wait.tells_of_those_behind() {
            running = Some(*wait);
        }
        again
    });
}
