//! Larger models, in many random schedules.

mod frames;
mod resources;

use shuttle::rand::{Rng, thread_rng};
use shuttle::scheduler::{PctScheduler, RandomScheduler, Scheduler};
use shuttle::{Config, Runner};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

const SCHEDULES: usize = 100_000;

/// Runs `model` in as many schedules: most at random, some with threads of random priorities that change rarely.
fn check(model: impl Fn() + Send + Sync + 'static + Copy) {
    run(RandomScheduler::new(SCHEDULES * 9 / 10), model);
    run(PctScheduler::new(3, SCHEDULES / 10), model);
}

fn run(scheduler: impl Scheduler + 'static, model: impl Fn() + Send + Sync + 'static) {
    let mut config = Config::new();
    config.silence_warnings = true;
    config.stack_size = 0x2_0000;
    Runner::new(scheduler, config).run(model);
}

/// Requires that the bug of a twin is found, and is the one that is `expected`.
fn finds<F: Fn() + Send + Sync + 'static>(expected: &str, twin: F) {
    super::finds::<F>(expected, || run(RandomScheduler::new(SCHEDULES), twin));
}

/// A number below `end`.
fn below(end: usize) -> usize {
    thread_rng().gen_range(0..end)
}

/// Polls `future` up to so many times; `None`, and the future dropped, if it is not ready by then.
fn poll_up_to<F: Future>(mut future: Pin<Box<F>>, polls: usize) -> Option<F::Output> {
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..polls {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return Some(output);
        }
        shuttle::thread::yield_now();
    }
    None
}
