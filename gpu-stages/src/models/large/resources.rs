//! Tasks that acquire random sets of resources, use them, and sometimes give up.

use super::{below, check, finds, poll_up_to};
use crate::{Error, Requests, Resource, Result, acquire};
use shuttle::future::block_on;
use shuttle::thread;
use std::sync::Mutex;
use std::sync::atomic::{AtomicIsize, Ordering};

const TASKS: u32 = 5;
const ROUNDS: u32 = 3;

/// A value that notices uses which must not overlap, and keeps the numbers of those that changed it.
#[derive(Debug, Default)]
struct Watched {
    /// Readers; -1 for an exclusive use.
    uses: AtomicIsize,
    log: Mutex<Vec<u32>>,
}

impl Watched {
    fn begin_shared(&self) {
        assert!(self.uses.fetch_add(1, Ordering::Relaxed) >= 0, "overlap");
    }

    fn end_shared(&self) {
        self.uses.fetch_sub(1, Ordering::Relaxed);
    }

    fn begin_exclusive(&self) {
        assert_eq!(self.uses.swap(-1, Ordering::Relaxed), 0, "overlap");
    }

    fn end_exclusive(&self, entry: u32) {
        self.log.lock().unwrap().push(entry);
        self.uses.store(0, Ordering::Relaxed);
    }
}

type All<'a> = Vec<&'a Resource<Watched>>;

/// What a call asks for.
#[derive(Default)]
struct Wanted<'a> {
    reads: All<'a>,
    updates: All<'a>,
    writes: All<'a>,
}

impl<'a> Wanted<'a> {
    fn any(resources: &'a [Resource<Watched>]) -> Self {
        let mut wanted = Wanted::default();
        for resource in resources {
            match below(6) {
                0 => wanted.reads.push(resource),
                1 | 2 => wanted.updates.push(resource),
                3 => wanted.writes.push(resource),
                _ => {}
            }
        }
        wanted
    }
}

/// Acquires at once; the future uses all together.
fn call(wanted: &Wanted<'_>, id: u32) -> impl Future<Output = Result<()>> + use<> {
    let acquired = acquire((
        Requests::reads(&wanted.reads),
        Requests::updates(&wanted.updates),
        Requests::writes(&wanted.writes),
    ));
    async move {
        let (reads, updates, writes) = acquired?;
        let writes = writes.wait_events().await?;
        let reads = reads.wait_events().await?;
        let updates = updates.wait_events().await?;
        let changed = || updates.iter().chain(writes.iter());
        reads.iter().for_each(Watched::begin_shared);
        changed().for_each(Watched::begin_exclusive);
        thread::yield_now();
        reads.iter().for_each(Watched::end_shared);
        changed().for_each(|value| value.end_exclusive(id));
        updates.ready();
        writes.ready();
        Ok(())
    }
}

/// Reads what is the newest version by now.
fn read_pinned(resource: &Resource<Watched>) -> Result<()> {
    let version = resource.pin();
    let again = version.clone();
    let guard = block_on(version.acquire_read()?.wait_events())?;
    drop(version);
    guard.begin_shared();
    thread::yield_now();
    guard.end_shared();
    drop(again);
    Ok(())
}

fn round(resources: &[Resource<Watched>], id: u32) {
    let future = Box::pin(call(&Wanted::any(resources), id));
    let result = match below(4) {
        0 => poll_up_to(future, below(4)).unwrap_or(Ok(())),
        _ => block_on(future),
    };
    accept(result);
    if below(4) == 0 {
        accept(read_pinned(&resources[below(resources.len())]));
    }
}

/// Other tasks give up: then what they would have written is never there.
fn accept(result: Result<()>) {
    assert!(matches!(result, Ok(()) | Err(Error::NeverWritten { .. })));
}

/// Whether the calls that used both resources did so in one order.
fn agree(one: &[u32], other: &[u32]) -> bool {
    let common = |log: &[u32], with: &[u32]| -> Vec<u32> {
        let common = log.iter().filter(|id| with.contains(id));
        common.copied().collect()
    };
    common(one, other) == common(other, one)
}

fn tasks(round: fn(&[Resource<Watched>], u32)) {
    let resources = [(); 4].map(|()| Resource::new(Watched::default()).keep_on_failure());
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let resources = resources.clone();
            thread::spawn(move || {
                for turn in 0..ROUNDS {
                    round(&resources, task * ROUNDS + turn);
                }
            })
        })
        .collect();
    tasks.into_iter().for_each(|task| task.join().unwrap());
    let logs = resources.iter().map(|resource| {
        let guard = block_on(resource.acquire_update().unwrap().wait_events()).unwrap();
        guard.log.lock().unwrap().clone()
    });
    let logs: Vec<_> = logs.collect();
    for (one, other) in [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)] {
        assert!(
            agree(&logs[one], &logs[other]),
            "not in one order: {logs:?}"
        );
    }
}

#[test]
fn calls_are_in_one_order_and_all_end() {
    check(|| tasks(round));
}

#[test]
fn twin_reads_what_it_changes() {
    finds("overlap", || {
        tasks(|resources, id| {
            let guard = block_on(resources[0].acquire_read().unwrap().wait_events()).unwrap();
            guard.begin_exclusive();
            thread::yield_now();
            guard.end_exclusive(id);
        });
    });
}

#[test]
fn twin_acquires_one_after_the_other() {
    finds("deadlock", || {
        tasks(|resources, id| {
            let [one, other] = match id % 2 {
                0 => [0, 1],
                _ => [1, 0],
            };
            let one = resources[one].acquire_update().unwrap();
            let other = resources[other].acquire_update().unwrap();
            let _both = [one, other].map(|it| block_on(it.wait_events()).unwrap());
        });
    });
}

#[test]
fn twin_uses_one_after_the_other() {
    finds("not in one order", || {
        tasks(|resources, id| {
            for resource in &resources[..2] {
                let guard = block_on(resource.acquire_update().unwrap().wait_events()).unwrap();
                guard.begin_exclusive();
                guard.end_exclusive(id);
            }
        });
    });
}

#[test]
fn twin_forgets_a_call() {
    finds("deadlock", || {
        tasks(|resources, id| {
            let future = Box::pin(call(&Wanted::any(resources), id));
            match below(4) {
                0 => std::mem::forget(future),
                _ => accept(block_on(future)),
            }
        });
    });
}
