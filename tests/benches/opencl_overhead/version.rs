//! What all versions of the frame have in common.

use std::time::{Duration, Instant};

/// The kernel of all versions.
pub const TRIPLE: &str = "kernel void triple(global const float *in, global float *out) {
    size_t i = get_global_id(0);
    out[i] = 3.0f * in[i];
}";

/// A kernel that holds its queue for as long as `rounds` say.
pub const HOLD: &str = "kernel void hold(global uint *out, uint rounds) {
    uint x = out[0];
    for (uint i = 0; i < rounds; i++) x = (x ^ (x >> 3)) * 2654435761u + i;
    out[0] = x;
}";

/// How many sets of buffers there are, and how many frames are in flight.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    pub sets: usize,
    pub in_flight: usize,
}

impl Shape {
    /// Whether frames in flight have to share buffers.
    pub fn shares(self) -> bool {
        self.sets < self.in_flight
    }
}

/// One way to write the frame.
pub trait Version {
    /// Begins a frame. When as many are in flight as may be, [`end`](Version::end) comes first.
    fn begin(&mut self, seed: u32);

    /// Waits for the oldest frame in flight and checks its result.
    fn end(&mut self);

    /// Holds the first queue for so many rounds of the kernel.
    fn hold(&mut self, rounds: u32);

    /// Waits until the first queue is no longer held.
    fn release(&mut self);

    /// Calls of the driver so far, but for those that set kernel arguments.
    fn calls(&self) -> u64;
}

/// Runs frames, `in_flight` of them at a time.
pub fn run(version: &mut dyn Version, in_flight: usize, frames: usize) {
    for frame in 0..frames {
        if frame >= in_flight {
            version.end();
        }
        version.begin(seed(frame));
    }
    for _ in 0..in_flight.min(frames) {
        version.end();
    }
}

/// The time that it takes to enqueue `frames` frames while the device completes none of them; `None` if it may
/// have completed one. Each frame has buffers of its own.
pub fn enqueue(version: &mut dyn Version, frames: usize, held: &Held) -> Option<Duration> {
    let start_of_hold = Instant::now();
    version.hold(held.rounds);
    let start = Instant::now();
    for frame in 0..frames {
        version.begin(seed(frame));
    }
    let took = start.elapsed();
    let is_held = start_of_hold.elapsed() < held.at_least;
    for _ in 0..frames {
        version.end();
    }
    version.release();
    is_held.then_some(took)
}

/// How long a queue is held.
pub struct Held {
    pub rounds: u32,
    pub at_least: Duration,
}

/// A number that `f32` and three times it hold exactly.
fn seed(frame: usize) -> u32 {
    (frame % 1000) as u32
}

/// The host's work before a frame. Little, because all versions have the same and only what they differ in is
/// of interest.
pub fn fill(frame: &mut [f32], seed: u32) {
    if let [first, .., last] = frame {
        *first = seed as f32;
        *last = seed as f32;
    }
}

/// The host's work after a frame.
pub fn sum(frame: &[f32]) -> f32 {
    match frame {
        [first, .., last] => first + last,
        _ => 0.0,
    }
}

/// What [`sum`] must give.
pub fn expected(seed: u32) -> f32 {
    6.0 * seed as f32
}
