//! Three queues and the host, one statement after another.

#![deny(warnings, clippy::all, clippy::pedantic)]
#![allow(clippy::float_cmp)]
#![forbid(unsafe_code)]

use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Kernel, Queue};
use gpu_stages::{Resource, Result, gpu_pipeline};
use std::future::Future;

const SAMPLES: usize = 64;

fn fill(seed: u16, samples: &mut [f32]) {
    for (sample, value) in samples.iter_mut().zip(seed..) {
        *sample = f32::from(value);
    }
}

fn sum(samples: &[f32]) -> f32 {
    samples.iter().sum()
}

/// Scales one frame by three on the device; returns its sum.
#[gpu_pipeline]
#[allow(clippy::too_many_arguments)]
async fn process_one(
    #[queue] up: Queue,
    #[queue] compute: Queue,
    #[queue] down: Queue,
    #[writes] h_in: HostBuffer<f32>,
    #[writes] d_in: DeviceBuffer<f32>,
    #[writes] d_out: DeviceBuffer<f32>,
    #[writes] h_out: HostBuffer<f32>,
    triple: Kernel,
    seed: u16,
) -> Result<f32> {
    fill(seed, &mut h_in);
    up.upload(&h_in, &mut d_in)?;
    compute.launch(&triple, d_in.len(), (&d_in, &mut d_out))?;
    down.download(&d_out, &mut h_out)?;
    Ok(sum(&h_out))
}

fn spawnable<T: Send>(future: impl Future<Output = T> + Send + 'static) -> T {
    futures::executor::block_on(future)
}

pub fn main() -> Result<()> {
    let device = Device::new();
    let (up, compute, down) = (
        Queue::new(&device)?,
        Queue::new(&device)?,
        Queue::new(&device)?,
    );
    let (h_in, h_out) = (
        Resource::new(HostBuffer::new(&device, SAMPLES)?),
        Resource::new(HostBuffer::new(&device, SAMPLES)?),
    );
    let (d_in, d_out) = (
        Resource::new(DeviceBuffer::new(&device, SAMPLES)?),
        Resource::new(DeviceBuffer::new(&device, SAMPLES)?),
    );
    let triple = Kernel::new("triple", |input: &[f32], output: &mut [f32]| {
        for (output, input) in output.iter_mut().zip(input) {
            *output = 3.0 * input;
        }
    });
    let sum = spawnable(process_one(
        &up, &compute, &down, &h_in, &d_in, &d_out, &h_out, triple, 1,
    ))?;
    assert_eq!(sum, 3.0 * f32::from(65_u16 * 32));
    Ok(())
}
