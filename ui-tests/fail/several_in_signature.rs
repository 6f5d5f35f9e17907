//! All errors of a signature are reported at once.

use gpu_stages::cpu::{DeviceBuffer, Queue};
use gpu_stages::gpu_pipeline;

#[gpu_pipeline(until = enqueued, untill = enqueued)]
fn process(
    #[queue] mut queue: Queue,
    #[reads] #[updates] a: DeviceBuffer<f32>,
    #[output] b: &mut [f32],
    #[reads] (c, d): (u8, u8),
    #[owns()] __e: u8,
) -> Option<u8> {
    queue.copy(&a, &mut b)?;
    Some(c + d + __e)
}

fn main() {}
