//! Small models, in all interleavings.

mod acquire;
mod cancel;
pub(crate) mod device;
mod opaque;
mod pins;
mod wait_queue;

use crate::Resource;
use crate::guard::access::{Access, Exclusive, Update};
use crate::guard::{Allocation, HostGuard};
use crate::util::primitives::{Arc, Condvar, Mutex, Ordering, StaticU64, lock, unpoisoned};
use loom::cell::UnsafeCell;
use loom::future::block_on;

/// What loom says when accesses are not ordered.
pub(crate) const UNORDERED: &str = "Causality violation";
/// What loom says when no thread can go on.
pub(crate) const STUCK: &str = "deadlock";

/// Runs `model` in all interleavings of up to `preemptions` preemptions.
pub(crate) fn check(preemptions: usize, model: impl Fn() + Send + Sync + 'static) {
    let executions = Arc::new(StaticU64::new(0));
    let count = executions.clone();
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound.get_or_insert(preemptions);
    builder.max_branches = 10_000;
    builder.check(move || {
        count.fetch_add(1, Ordering::Relaxed);
        model();
    });
    println!("{} executions", executions.load(Ordering::Relaxed));
}

/// Requires that the bug of a twin is found, and is the one that is `expected`.
pub(crate) fn finds<F: Fn() + Send + Sync + 'static>(expected: &str, twin: F) {
    super::finds::<F>(expected, || check(3, twin));
}

/// A value that notices accesses which are not ordered.
#[derive(Debug)]
pub(crate) struct Watched(UnsafeCell<Vec<u32>>);

// SAFETY: loom runs everything on one thread, and panics at accesses that would not be ordered on several.
unsafe impl Sync for Watched {}
// SAFETY: as above.
unsafe impl Send for Watched {}

impl Watched {
    pub(crate) fn new() -> Self {
        Watched(UnsafeCell::new(Vec::new()))
    }

    pub(crate) fn read(&self) -> Vec<u32> {
        // SAFETY: loom hands out the pointer only if no write is under way.
        self.0.with(|log| unsafe { (*log).clone() })
    }

    /// Takes `&self`, so that twins can write where they must not.
    pub(crate) fn write(&self, entry: u32) {
        // SAFETY: loom hands out the pointer only if no other access is under way.
        self.0.with_mut(|log| unsafe { (*log).push(entry) });
    }
}

/// Where two threads wait for each other.
#[derive(Default)]
pub(crate) struct Meeting {
    present: Mutex<usize>,
    changed: Condvar,
}

impl Meeting {
    fn attend(&self) {
        let mut present = lock(&self.present);
        *present += 1;
        self.changed.notify_all();
        while *present < 2 {
            present = unpoisoned(self.changed.wait(present));
        }
    }
}

/// A resource whose value twins can reach without a guard.
fn log() -> Resource<Arc<Watched>> {
    Resource::new(Arc::new(Watched::new()))
}

/// Two, in the order in which acquiring locks them.
fn logs() -> [Resource<Arc<Watched>>; 2] {
    [log(), log()]
}

fn wait<T: Send + 'static, A: Access>(allocation: Allocation<T, A>) -> HostGuard<T, A> {
    block_on(allocation.wait_events()).expect("nothing failed")
}

fn add<A: Exclusive>(allocation: Allocation<Arc<Watched>, A>, entry: u32) {
    let guard = wait(allocation);
    guard.write(entry);
    guard.ready();
}

/// What is in the log, once all uses that were acquired before are over.
fn contents(log: &Resource<Arc<Watched>>) -> Vec<u32> {
    wait(log.acquire_read().expect("one resource")).read()
}
