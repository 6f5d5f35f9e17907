//! What a pipeline says about itself: schedules, timelines and spans.

mod schedule;
mod spans;
mod timeline;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// A timeline records all calls of the process: tests that make calls run one after another.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}
