//! Frames per second, and calls and allocations per frame.

use crate::case::Case;
use crate::version::run;
use gpu_stages::opencl::Device;
use gpu_stages_tests::heap;
use std::time::Instant;

/// Rounds for which the versions keep their buffers.
const ROUNDS_IN_PLACE: usize = 4;

/// How many frames of so many bytes a version runs per round: some milliseconds' worth.
fn frames(bytes: usize) -> usize {
    match bytes {
        ..65_536 => 240,
        65_536..1_048_576 => 100,
        _ => 16,
    }
}

/// Measures all versions with frames of so many bytes, `rounds` times in random order.
pub fn measure(device: &Device, bytes: usize, rounds: usize) -> Vec<Case> {
    let mut cases = Case::all(device, bytes);
    for index in 0..rounds {
        if index % ROUNDS_IN_PLACE == 0 {
            renew(&mut cases, device, bytes);
        }
        fastrand::shuffle(&mut cases);
        for case in &mut cases {
            round(case, frames(bytes));
        }
    }
    cases
}

/// Where the allocator happens to put large buffers is worth several per cent. So every few rounds all versions
/// get new ones, in random order.
fn renew(cases: &mut [Case], device: &Device, bytes: usize) {
    fastrand::shuffle(cases);
    for case in cases {
        case.version = case.label.make(device, bytes);
        // Pools fill and kernels are compiled.
        run(&mut *case.version, case.label.shape.in_flight, 20);
    }
}

fn round(case: &mut Case, frames: usize) {
    let in_flight = case.label.shape.in_flight;
    // What the version before left in the caches is not this one's concern.
    run(&mut *case.version, in_flight, 2 * in_flight);
    let (calls, allocations) = (case.version.calls(), heap::allocations() as u64);
    let start = Instant::now();
    run(&mut *case.version, in_flight, frames);
    let took = start.elapsed().as_secs_f64();
    let per_frame = |before: u64, after: u64| (after - before) as f64 / frames as f64;
    let allocated = per_frame(allocations, heap::allocations() as u64);
    case.calls.push(per_frame(calls, case.version.calls()));
    case.allocations.push(allocated);
    case.frames_per_second.push(frames as f64 / took);
}
