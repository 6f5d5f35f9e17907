//! The smallest granularity that is still efficient.

use crate::graph::{Columns, Pattern, Task, expected};
use crate::work::Peak;
use std::time::Duration;

/// What runs graphs.
pub trait System {
    /// Runs all tasks, each computing for so many iterations; how long that took, and the values of the columns.
    fn run(&mut self, tasks: &[Task], iterations: u64) -> (Duration, Columns);
}

/// The efficiency that is asked for.
const EFFICIENCY: f64 = 0.5;

/// Repetitions of a run, of which the fastest counts: what else the machine does makes none faster.
const REPETITIONS: usize = 3;

/// Bisects the number of iterations until it is known to within a twentieth. Returns the granularity there.
pub fn search(system: &mut dyn System, pattern: Pattern, peak: &Peak) -> Duration {
    let tasks = pattern.tasks();
    let expected = expected(&tasks);
    let mut run = |iterations| {
        let times = (0..REPETITIONS).map(|_| {
            let (took, columns) = system.run(&tasks, iterations);
            assert_eq!(
                columns,
                expected,
                "a task of {} ran too early",
                pattern.name()
            );
            took
        });
        times.min().unwrap_or_default()
    };
    let mut efficient = |iterations| {
        let took = run(iterations);
        let is = peak.efficiency(iterations * tasks.len() as u64, took) >= EFFICIENCY;
        is.then(|| took * peak.cores as u32 / tasks.len() as u32)
    };
    let (mut low, mut high) = (1_u64, 64_u64);
    let mut found = loop {
        match efficient(high) {
            Some(granularity) => break granularity,
            None => (low, high) = (high, 2 * high),
        }
    };
    while high - low > high.div_ceil(20) {
        let middle = low.midpoint(high);
        match efficient(middle) {
            Some(granularity) => (high, found) = (middle, granularity),
            None => low = middle,
        }
    }
    found
}
