//! Frames per second, and calls and allocations per frame.

use crate::allocations;
use crate::case::Case;
use crate::version::run;
use std::time::Instant;

/// How many frames of so many bytes a version runs per round: some milliseconds' worth.
pub fn frames(bytes: usize) -> usize {
    match bytes {
        ..65_536 => 240,
        65_536..1_048_576 => 100,
        _ => 16,
    }
}

/// Measures all cases, `rounds` times in random order.
pub fn measure(cases: &mut [Case], rounds: usize, frames: usize) {
    for case in cases.iter_mut() {
        // Pools fill and kernels are compiled.
        run(&mut *case.version, case.label.shape.in_flight, frames);
    }
    for _ in 0..rounds {
        fastrand::shuffle(cases);
        for case in cases.iter_mut() {
            round(case, frames);
        }
    }
}

fn round(case: &mut Case, frames: usize) {
    let in_flight = case.label.shape.in_flight;
    // What the version before left in the caches is not this one's concern.
    run(&mut *case.version, in_flight, 2 * in_flight);
    let (calls, allocations) = (case.version.calls(), allocations::so_far());
    let start = Instant::now();
    run(&mut *case.version, in_flight, frames);
    let took = start.elapsed().as_secs_f64();
    let per_frame = |before: u64, after: u64| (after - before) as f64 / frames as f64;
    let allocated = per_frame(allocations, allocations::so_far());
    case.calls.push(per_frame(calls, case.version.calls()));
    case.allocations.push(allocated);
    case.frames_per_second.push(frames as f64 / took);
}
