//! A progress bar for runs that take a while.

use indicatif::{ProgressBar, ProgressDrawTarget};
use std::time::{Duration, Instant};

/// Shorter runs show nothing.
const PATIENCE: Duration = Duration::from_secs(1);

/// Counts steps, and shows them on stderr if that is a terminal. Gone when dropped.
pub struct Progress {
    bar: ProgressBar,
    started: Instant,
    shown: bool,
}

impl Progress {
    /// A bar of so many steps.
    pub fn new(steps: u64) -> Self {
        Progress {
            bar: ProgressBar::with_draw_target(Some(steps), ProgressDrawTarget::hidden()),
            started: Instant::now(),
            shown: false,
        }
    }

    /// One more is done.
    pub fn step(&mut self) {
        self.bar.inc(1);
        if !self.shown && self.started.elapsed() > PATIENCE {
            self.shown = true;
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
