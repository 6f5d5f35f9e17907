//! Promise 6: errors, panics, failed commands and dropped futures, and what they leave to the other calls.

mod cancellation;
mod commands;
mod endings;
#[cfg(unix)]
mod forked;
mod lost_jobs;
mod poison;
mod robust;
mod sources;
mod unclaimed;
