//! How a completion reaches the thread that runs the frames: the same way for all versions.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Wake;
use std::thread::Thread;
use std::time::Duration;

/// A flag that wakes the thread that made it.
pub struct Flag {
    raised: AtomicBool,
    thread: Thread,
}

impl Flag {
    pub fn new() -> Self {
        Flag {
            raised: AtomicBool::new(false),
            thread: std::thread::current(),
        }
    }

    pub fn raise(&self) {
        self.raised.store(true, Ordering::Release);
        self.thread.unpark();
    }

    /// Whether the flag was raised; it no longer is.
    pub fn lower(&self) -> bool {
        self.raised.swap(false, Ordering::Acquire)
    }
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.raise();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.raise();
    }
}

/// Sleeps until a flag of this thread may have been raised.
pub fn sleep() {
    // Drivers call nobody back when a command fails: it is better to say so than to hang.
    let patience = Duration::from_secs(10);
    let start = std::time::Instant::now();
    std::thread::park_timeout(patience);
    assert!(start.elapsed() < patience, "a command does not complete");
}
