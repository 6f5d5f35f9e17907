//! The talk's pipeline, generic over the backend, with what it runs on.

use futures::future::Either;
use gpu_stages::{Backend, DeviceBuffer, HostBuffer, Queue, Resource, Result, gpu_pipeline};
use std::future::Future;

/// A backend that the tests run on.
pub trait TestBackend: Backend {
    /// A device.
    fn device() -> Self::Device;

    /// A kernel of an input and an output buffer: the output is three times the input.
    fn triple() -> Self::Kernel;
}

impl TestBackend for gpu_stages::cpu::Cpu {
    fn device() -> Self::Device {
        gpu_stages::cpu::Device::new()
    }

    fn triple() -> Self::Kernel {
        gpu_stages::cpu::Kernel::new("triple", |input: &[f32], output: &mut [f32]| {
            for (x, y) in input.iter().zip(output) {
                *y = 3.0 * x;
            }
        })
    }
}

#[cfg(feature = "opencl")]
impl TestBackend for gpu_stages::opencl::OpenCl {
    fn device() -> Self::Device {
        use std::sync::OnceLock;
        // Contexts are expensive, and pipelines cannot cross them.
        static DEVICE: OnceLock<gpu_stages::opencl::Device> = OnceLock::new();
        DEVICE
            .get_or_init(|| {
                gpu_stages::opencl::Device::find(&crate::opencl::device_choice()).unwrap()
            })
            .clone()
    }

    fn triple() -> Self::Kernel {
        let source = "kernel void triple(global const float *in, global float *out) {
            size_t i = get_global_id(0);
            out[i] = 3.0f * in[i];
        }";
        // SAFETY: touches one element of each buffer per work-item; launched with the buffers' length.
        unsafe { gpu_stages::opencl::Kernel::build(&Self::device(), source, "triple") }.unwrap()
    }
}

/// Queues and buffers of the talk's pipeline.
#[derive(Debug)]
pub struct Talk<B: Backend> {
    /// Upload, compute, download; or one for all.
    pub queues: Vec<Queue<B>>,
    h_in: Resource<HostBuffer<B, f32>>,
    d_in: Resource<DeviceBuffer<B, f32>>,
    d_out: Resource<DeviceBuffer<B, f32>>,
    h_out: Resource<HostBuffer<B, f32>>,
    triple: B::Kernel,
}

/// Scales one frame by three on the device; returns its sum.
#[gpu_pipeline]
pub async fn process_one<B: Backend>(
    #[queue] up: Queue<B>,
    #[queue] compute: Queue<B>,
    #[queue] down: Queue<B>,
    #[writes] h_in: HostBuffer<B, f32>,
    #[writes] d_in: DeviceBuffer<B, f32>,
    #[writes] d_out: DeviceBuffer<B, f32>,
    #[writes] h_out: HostBuffer<B, f32>,
    triple: B::Kernel,
    seed: u32,
) -> Result<f32> {
    fill(&mut h_in, seed);
    up.upload(&h_in, &mut d_in)?;
    compute.launch(&triple, d_in.len(), (&d_in, &mut d_out))?;
    down.download(&d_out, &mut h_out)?;
    Ok(sum(&h_out))
}

/// The same on one queue.
#[gpu_pipeline]
pub async fn process_in_order<B: Backend>(
    #[queue] queue: Queue<B>,
    #[writes] h_in: HostBuffer<B, f32>,
    #[writes] d_in: DeviceBuffer<B, f32>,
    #[writes] d_out: DeviceBuffer<B, f32>,
    #[writes] h_out: HostBuffer<B, f32>,
    triple: B::Kernel,
    seed: u32,
) -> Result<f32> {
    fill(&mut h_in, seed);
    queue.upload(&h_in, &mut d_in)?;
    queue.launch(&triple, d_in.len(), (&d_in, &mut d_out))?;
    queue.download(&d_out, &mut h_out)?;
    Ok(sum(&h_out))
}

/// Fills a frame with numbers that depend on its seed.
pub fn fill(frame: &mut [f32], seed: u32) {
    for (index, x) in (0_u32..).zip(frame) {
        *x = (index.wrapping_mul(2_654_435_761).wrapping_add(seed) % 1_000) as f32 / 8.0;
    }
}

fn sum(frame: &[f32]) -> f32 {
    frame.iter().sum()
}

impl<B: TestBackend> Talk<B> {
    /// `queues` queues (1 or 3), rings of `slots` slots, frames of `len` elements.
    pub fn new(queues: usize, slots: usize, len: usize) -> Self {
        let device = B::device();
        let queue = || Queue::new(&device).unwrap();
        Self::on((0..queues).map(|_| queue()).collect(), slots, len)
    }

    /// On queues that there are already.
    pub fn on(queues: Vec<Queue<B>>, slots: usize, len: usize) -> Self {
        Self::with(&B::device(), queues, slots, len)
    }

    /// On a certain device and its queues.
    pub fn with(device: &B::Device, queues: Vec<Queue<B>>, slots: usize, len: usize) -> Self {
        let host = || Resource::ring((0..slots).map(|_| HostBuffer::new(device, len).unwrap()));
        let buffer = || Resource::ring((0..slots).map(|_| DeviceBuffer::new(device, len).unwrap()));
        Talk {
            queues,
            h_in: host(),
            d_in: buffer(),
            d_out: buffer(),
            h_out: host(),
            triple: B::triple(),
        }
    }

    /// One frame.
    pub fn frame(&self, seed: u32) -> impl Future<Output = Result<f32>> + Send + 'static + use<B> {
        let (h_in, d_in, d_out, h_out) = (&self.h_in, &self.d_in, &self.d_out, &self.h_out);
        let triple = self.triple.clone();
        match self.queues.as_slice() {
            [up, compute, down] => Either::Left(process_one(
                up, compute, down, h_in, d_in, d_out, h_out, triple, seed,
            )),
            queues => Either::Right(process_in_order(
                &queues[0], h_in, d_in, d_out, h_out, triple, seed,
            )),
        }
    }

    /// What the frame must give, computed on the host alone.
    pub fn expected(len: usize, seed: u32) -> f32 {
        let mut frame = vec![0.0; len];
        fill(&mut frame, seed);
        frame.iter_mut().for_each(|x| *x *= 3.0);
        sum(&frame)
    }
}
