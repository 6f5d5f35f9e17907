//! Resources that somebody else holds or wants.

use crate::now::now;
use futures::executor::block_on;
use gpu_stages::Resource;
use gpu_stages_tests::bench::{Case, on_threads};
use std::future::Future;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Builder;
use tokio::sync::{Mutex, RwLock};
use tokio::task::yield_now;

/// A batch of threads lasts long against how far apart they begin.
pub const THREADS_MEET: Duration = Duration::from_millis(4);

/// Readers that are there together.
const READERS: usize = 8;

pub fn cases() -> Vec<Case> {
    let resource = Resource::new(0);
    let mutex = Arc::new(Mutex::new(0));
    vec![
        two_tasks("hand_over/two_tasks/resource", {
            let resource = resource.clone();
            move |times| hold_resource(resource.clone(), times, true)
        }),
        two_tasks("hand_over/two_tasks/tokio_mutex", {
            let mutex = mutex.clone();
            move |times| hold_mutex(mutex.clone(), times, true)
        }),
        two_threads("hand_over/two_threads/resource", move |times| {
            hold_resource(resource.clone(), times, false)
        }),
        two_threads("hand_over/two_threads/tokio_mutex", move |times| {
            hold_mutex(mutex.clone(), times, false)
        }),
        shared_reads(),
        shared_reads_of_a_lock(),
    ]
}

/// Takes a resource so often; holds it while the others run, if `yields`.
async fn hold_resource(resource: Resource<u64>, times: usize, yields: bool) {
    for _ in 0..times {
        let allocation = resource.acquire_update().expect("a place");
        let mut guard = allocation.wait_events().await.expect("a value");
        *black_box(&mut *guard) += 1;
        if yields {
            yield_now().await;
        }
        guard.ready();
    }
}

/// The same with a mutex, which is as fair.
async fn hold_mutex(mutex: Arc<Mutex<u64>>, times: usize, yields: bool) {
    for _ in 0..times {
        let mut guard = mutex.lock().await;
        *black_box(&mut *guard) += 1;
        if yields {
            yield_now().await;
        }
    }
}

/// Two tasks on one thread, each of which finds the other in its way: per turn.
fn two_tasks<F>(name: &str, hold: impl Fn(usize) -> F + 'static) -> Case
where
    F: Future<Output = ()> + Send + 'static,
{
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    Case::timed(name, move |times| {
        let start = Instant::now();
        runtime.block_on(async {
            let (one, other) = (tokio::spawn(hold(times)), tokio::spawn(hold(times)));
            one.await.expect("no panic");
            other.await.expect("no panic");
        });
        start.elapsed() / 2
    })
}

/// Two threads that want the same as often as they can get it: per turn.
fn two_threads<F: Future>(name: &str, hold: impl Fn(usize) -> F + Sync + 'static) -> Case {
    Case::timed(name, move |times| {
        on_threads(2, |_| drop(block_on(hold(times)))) / 2
    })
    .in_batches_of(THREADS_MEET)
}

/// Several readers side by side: per reader.
fn shared_reads() -> Case {
    let resource = Resource::new(0_u64);
    Case::timed("shared_reads/resource", move |times| {
        let start = Instant::now();
        for _ in 0..times {
            let guards: [_; READERS] = std::array::from_fn(|_| {
                let allocation = resource.acquire_read().expect("a place");
                now(allocation.wait_events()).expect("a value")
            });
            for guard in guards {
                black_box(&*guard);
                guard.ready();
            }
        }
        start.elapsed() / READERS as u32
    })
}

fn shared_reads_of_a_lock() -> Case {
    let lock = RwLock::new(0_u64);
    Case::timed("shared_reads/tokio_rwlock", move |times| {
        let start = Instant::now();
        for _ in 0..times {
            let guards: [_; READERS] = std::array::from_fn(|_| now(lock.read()));
            for guard in guards {
                black_box(&*guard);
            }
        }
        start.elapsed() / READERS as u32
    })
}
