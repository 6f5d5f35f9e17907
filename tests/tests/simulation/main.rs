//! Devices that are simulated or timed: random schedules from one seed, steps, virtual and real time, and the bound
//! on how fast a pipeline can be.

mod bound;
mod cards;
mod device;
mod long_times;
mod real_time;
mod seeds;
mod virtual_time;

use gpu_stages_tests::heap::Counting;

/// Counts only in the test that starts it, which has a process of its own.
#[global_allocator]
static ALLOCATOR: Counting = Counting;
