//! Promise 10: every hang explains itself.

mod hangs;
mod holders;
mod log;
mod other_waits;
mod report;
