//! Promises 7 and 8: memory lives as long as a device may touch it, is freed then, and does not grow.

mod allocations;
mod formatting;
mod given_back;
mod last_use;
mod lifetimes;
mod soak;

use gpu_stages_tests::heap::Counting;

/// Counts only in the tests that start it, each of which has a process of its own.
#[global_allocator]
static ALLOCATOR: Counting = Counting;
