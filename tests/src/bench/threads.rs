//! Work on several threads at once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Schedulers begin threads on one processor and take them apart when both were busy for a while.
const APART: Duration = Duration::from_millis(8);

/// How long it takes until `work` is done on all of so many threads, which begin together.
pub fn on_threads(threads: usize, work: impl Fn(usize) + Sync) -> Duration {
    let ready = AtomicUsize::new(0);
    let (ready, work) = (&ready, &work);
    let worker = |index| {
        move || {
            spin_until(Instant::now() + APART, || false);
            ready.fetch_add(1, Ordering::AcqRel);
            let late = Instant::now() + APART;
            spin_until(late, || ready.load(Ordering::Acquire) >= threads);
            let start = Instant::now();
            work(index);
            (start, Instant::now())
        }
    };
    let times: Vec<_> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|index| scope.spawn(worker(index)))
            .collect();
        let times = workers
            .into_iter()
            .map(|worker| worker.join().expect("no panic"));
        times.collect()
    });
    let (start, end) = times.iter().fold(times[0], |(start, end), time| {
        (start.min(time.0), end.max(time.1))
    });
    end - start
}

/// Keeps the processor until `done`, but no longer than until `late`.
fn spin_until(late: Instant, done: impl Fn() -> bool) {
    while !done() && Instant::now() < late {
        std::hint::spin_loop();
    }
}
