//! The pipeline for one frame, written as if there were no other frame.

use crate::error::Error;
use crate::source::Source;
use gpu_stages::{Backend, DeviceBuffer, HostBuffer, Queue, gpu_pipeline};

/// Multiplies one frame by three on the device; returns its mean square.
///
/// Each call takes its place in the wait queue of every resource at once, in call order; the futures then overlap
/// as far as the buffers allow.
#[gpu_pipeline]
pub async fn process_one<B: Backend>(
    #[queue] up: Queue<B>,
    #[queue] compute: Queue<B>,
    #[queue] down: Queue<B>,
    #[updates] source: Source,
    #[writes] h_in: HostBuffer<B, f32>,
    #[writes] d_in: DeviceBuffer<B, f32>,
    #[writes] d_out: DeviceBuffer<B, f32>,
    #[writes] h_out: HostBuffer<B, f32>,
    triple: B::Kernel,
) -> Result<f64, Error> {
    let n = source.fill(&mut h_in)?;
    up.upload(&h_in[..n], &mut d_in[..n])?;
    compute.launch(&triple, n, (&d_in[..n], &mut d_out[..n]))?;
    down.download(&d_out[..n], &mut h_out[..n])?;
    Ok(mean_square(&h_out[..n]))
}

/// The mean of the samples' squares.
// One copy of the code for all callers: where samples are NaN, even the order of operands shows in the result.
#[inline(never)]
pub fn mean_square(samples: &[f32]) -> f64 {
    let squares = samples.iter().map(|&x| f64::from(x) * f64::from(x));
    squares.sum::<f64>() / samples.len() as f64
}
