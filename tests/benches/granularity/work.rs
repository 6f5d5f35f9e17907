//! What tasks do: compute for as long as they are told.

use gpu_stages_tests::bench::on_threads;
use std::hint::black_box;
use std::time::Duration;

/// So many dependent multiplications, which touch no memory.
pub fn compute(iterations: u64) {
    let mut x = black_box(1_u64);
    for index in 0..iterations {
        x = (x ^ (x >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) + index;
    }
    black_box(x);
}

/// The rate at which the machine computes with nothing in its way.
pub struct Peak {
    pub cores: usize,
    /// Of all cores together.
    iterations_per_second: f64,
}

impl Peak {
    pub fn measure(cores: usize) -> Self {
        const ITERATIONS: u64 = 5_000_000;
        let took = on_threads(cores, |_| compute(ITERATIONS));
        let iterations = ITERATIONS as f64 * cores as f64;
        Peak {
            cores,
            iterations_per_second: iterations / took.as_secs_f64(),
        }
    }

    /// How much of the peak was reached by so many iterations in this time.
    pub fn efficiency(&self, iterations: u64, took: Duration) -> f64 {
        iterations as f64 / took.as_secs_f64() / self.iterations_per_second
    }
}
