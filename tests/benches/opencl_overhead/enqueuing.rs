//! What enqueuing a frame costs while the device completes nothing: no completion, wake or wait is in it.

use crate::case::Case;
use crate::version::{Held, Shape, Version, enqueue, run};
use gpu_stages::opencl::Device;
use std::time::{Duration, Instant};

/// Frames that are enqueued behind the held queue. Each has buffers of its own, so that none waits for another.
const FRAMES: usize = 8;

/// Long against what enqueuing takes, so that few measurements are lost.
const HOLD: Duration = Duration::from_millis(4);

/// Measures all versions, `rounds` times in random order.
pub fn measure(device: &Device, rounds: usize) -> Vec<Case> {
    let shape = Shape {
        sets: FRAMES,
        in_flight: FRAMES,
    };
    let mut cases = Case::of_shape(device, shape, 4 << 10);
    for case in &mut cases {
        run(&mut *case.version, FRAMES, 100 * FRAMES);
    }
    let held = calibrate(&mut *cases[0].version);
    // A round is short, and the figures are small: more rounds than for throughput.
    for _ in 0..5 * rounds {
        fastrand::shuffle(&mut cases);
        for case in &mut cases {
            let took = enqueue_once(case, &held);
            case.nanoseconds_to_enqueue.push(took / FRAMES as f64);
        }
    }
    cases
}

/// Repeats a measurement during which the device got free.
fn enqueue_once(case: &mut Case, held: &Held) -> f64 {
    for _ in 0..100 {
        run(&mut *case.version, FRAMES, FRAMES);
        if let Some(took) = enqueue(&mut *case.version, FRAMES, held) {
            return took.as_nanos() as f64;
        }
    }
    panic!("this machine is too busy to enqueue {FRAMES} frames within {HOLD:?}");
}

/// How many rounds of the kernel take about as long as [`HOLD`].
fn calibrate(version: &mut dyn Version) -> Held {
    let mut hold = |rounds: u32| {
        let times = (0..3).map(|_| {
            let start = Instant::now();
            version.hold(rounds);
            version.release();
            start.elapsed()
        });
        times.min().unwrap_or_default()
    };
    let probe = 1_000_000;
    let factor = HOLD.as_secs_f64() / hold(probe).as_secs_f64();
    let rounds = (f64::from(probe) * factor) as u32;
    Held {
        rounds,
        // Half of it: what the calibration measured has the launch and the wait in it.
        at_least: hold(rounds) / 2,
    }
}
