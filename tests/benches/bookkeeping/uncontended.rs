//! Acquiring, waiting and handing on where nobody else is there.

use crate::now::now;
use gpu_stages::{Resource, Result, Schedule, Stage, acquire, gpu_pipeline};
use gpu_stages_tests::bench::Case;
use std::hint::black_box;
use tokio::sync::{Mutex, RwLock, oneshot};

/// A call whose allocations are made one after another.
static SEVERAL: Schedule = Schedule::new("several", &[Stage::new("several")]);

/// Allocations of one such call.
const SEVERAL_TIMES: usize = 8;

#[gpu_pipeline]
async fn read_one(#[reads] value: u64) -> Result<u64> {
    Ok(*black_box(&value))
}

#[gpu_pipeline]
async fn write_one(#[writes] value: u64) -> Result<()> {
    *black_box(&mut value) = 1;
    Ok(())
}

#[gpu_pipeline]
async fn update_one(#[updates] value: u64) -> Result<()> {
    *black_box(&mut value) += 1;
    Ok(())
}

pub fn cases() -> Vec<Case> {
    let mut cases = by_hand();
    cases.extend(in_a_call());
    cases.extend(pipelines());
    cases.extend(four());
    cases.extend(yardsticks());
    cases
}

/// A case that does something to a resource of its own.
fn with_resource(name: &str, once: impl Fn(&Resource<u64>) + 'static) -> Case {
    let resource = Resource::new(0);
    Case::new(name, move |times| {
        for _ in 0..times {
            once(black_box(&resource));
        }
    })
}

fn by_hand() -> Vec<Case> {
    vec![
        with_resource("acquire_wait_ready/by_hand/read", |resource| {
            let allocation = resource.acquire_read().expect("a place");
            let guard = now(allocation.wait_events()).expect("a value");
            black_box(&*guard);
            guard.ready();
        }),
        with_resource("acquire_wait_ready/by_hand/write", |resource| {
            let allocation = resource.acquire_write().expect("a place");
            let mut guard = now(allocation.wait_events()).expect("a value");
            *black_box(&mut *guard) = 1;
            guard.ready();
        }),
        with_resource("acquire_wait_ready/by_hand/update", |resource| {
            let allocation = resource.acquire_update().expect("a place");
            let mut guard = now(allocation.wait_events()).expect("a value");
            *black_box(&mut *guard) += 1;
            guard.ready();
        }),
    ]
}

/// The same inside of a call that makes several allocations: its own cost is shared by them.
fn in_a_call() -> Vec<Case> {
    macro_rules! in_a_call {
        ($($name:literal: $ask:ident $guard:pat => $use:expr;)+) => {vec![$({
            let resource = Resource::new(0_u64);
            Case::new(concat!("acquire_wait_ready/in_call/", $name), move |times| {
                let mut left = times;
                while left > 0 {
                    let call = SEVERAL.call();
                    for _ in 0..left.min(SEVERAL_TIMES) {
                        let (allocation,) = call.acquire((black_box(&resource).$ask(),)).expect("a place");
                        #[allow(unused_mut)]
                        let mut guard = now(allocation.wait_events()).expect("a value");
                        { let $guard = &mut guard; $use; }
                        guard.ready();
                    }
                    left -= left.min(SEVERAL_TIMES);
                }
            })
        }),+]};
    }
    in_a_call! {
        "read": reads guard => black_box(&**guard);
        "write": writes guard => *black_box(&mut **guard) = 1;
        "update": updates guard => *black_box(&mut **guard) += 1;
    }
}

/// Pipelines of one stage over one resource.
fn pipelines() -> Vec<Case> {
    vec![
        with_resource("pipeline/one_stage/read", |resource| {
            now(read_one(resource)).expect("a value");
        }),
        with_resource("pipeline/one_stage/write", |resource| {
            now(write_one(resource)).expect("a value");
        }),
        with_resource("pipeline/one_stage/update", |resource| {
            now(update_one(resource)).expect("a value");
        }),
    ]
}

fn four() -> Vec<Case> {
    let resources = [0_u64; 4].map(Resource::new);
    let ours = move |times| {
        for _ in 0..times {
            let [a, b, c, d] = black_box(&resources);
            let asked = (a.updates(), b.updates(), c.updates(), d.updates());
            let (a, b, c, d) = acquire(asked).expect("four places");
            for allocation in [a, b, c, d] {
                let mut guard = now(allocation.wait_events()).expect("a value");
                *black_box(&mut *guard) += 1;
                guard.ready();
            }
        }
    };
    let mutexes = [0_u64; 4].map(Mutex::new);
    let tokio = move |times| {
        for _ in 0..times {
            let [a, b, c, d] = black_box(&mutexes);
            let guards = [a, b, c, d].map(|mutex| now(mutex.lock()));
            for mut guard in guards {
                *black_box(&mut *guard) += 1;
            }
        }
    };
    vec![
        Case::new("four_at_once/acquire", ours),
        Case::new("four_at_once/tokio_mutexes_in_order", tokio),
    ]
}

fn yardsticks() -> Vec<Case> {
    let mutex = Mutex::new(0_u64);
    let (lock, std_mutex) = (RwLock::new(0_u64), std::sync::Mutex::new(0_u64));
    let lock_to_write = RwLock::new(0_u64);
    vec![
        Case::new("yardstick/tokio_mutex", move |times| {
            for _ in 0..times {
                *black_box(&mut *now(black_box(&mutex).lock())) += 1;
            }
        }),
        Case::new("yardstick/tokio_rwlock_read", move |times| {
            for _ in 0..times {
                black_box(&*now(black_box(&lock).read()));
            }
        }),
        Case::new("yardstick/tokio_rwlock_write", move |times| {
            for _ in 0..times {
                *black_box(&mut *now(black_box(&lock_to_write).write())) += 1;
            }
        }),
        Case::new("yardstick/tokio_oneshot_link", oneshots),
        Case::new("yardstick/std_mutex", move |times| {
            for _ in 0..times {
                *black_box(&std_mutex).lock().expect("no panic") += 1;
            }
        }),
    ]
}

/// Each link waits for the one before and lets the next go on.
fn oneshots(times: usize) {
    let (first, mut before) = oneshot::channel();
    let _ = first.send(());
    for _ in 0..times {
        let (sender, receiver) = oneshot::channel();
        now(before).expect("a message");
        let _ = sender.send(());
        before = receiver;
    }
}
