//! [`FEngine`]: from samples to spectra.

use crate::chunk::Chunk;
use crate::error::Error;
use crate::kernels::Kernels;
use crate::pipeline::{channelise, load};
use crate::shape::{Shape, window};
use gpu_stages::{Backend, DeviceBuffer, HostBuffer, Queue, Resource};
use num_complex::Complex32;

/// The filter bank and the transform, for one shape on one device.
pub struct FEngine<B: Backend> {
    shape: Shape,
    fir: B::Kernel,
    fft: B::Kernel,
    up: Queue<B>,
    /// Where spectra are made.
    pub queue: Queue<B>,
    window: Resource<DeviceBuffer<B, f32>>,
    samples: Resource<DeviceBuffer<B, i8>>,
    filtered: Resource<DeviceBuffer<B, f32>>,
    /// By input, spectrum and channel of the band.
    pub spectra: Resource<DeviceBuffer<B, Complex32>>,
    /// By input and spectrum.
    pub valid: Resource<DeviceBuffer<B, u8>>,
}

impl<B: Backend> FEngine<B> {
    /// An engine with buffers for as many frames in flight.
    pub async fn new(
        device: &B::Device,
        kernels: &Kernels<B>,
        shape: Shape,
        in_flight: usize,
    ) -> Result<Self, Error> {
        let filter = shape.taps * shape.block();
        let engine = FEngine {
            shape,
            fir: kernels.fir.clone(),
            fft: kernels.fft.clone(),
            up: Queue::new(device)?,
            queue: Queue::new(device)?,
            window: Resource::new(DeviceBuffer::new(device, filter)?),
            // One slot more than frames in flight, for the frame before the first of them.
            samples: Resource::try_ring(in_flight + 1, || {
                DeviceBuffer::new(device, shape.samples())
            })?,
            filtered: Resource::try_ring(2, || DeviceBuffer::new(device, shape.samples()))?,
            spectra: Resource::try_ring(2, || DeviceBuffer::new(device, shape.channelised()))?,
            valid: Resource::try_ring(in_flight, || {
                DeviceBuffer::new(device, shape.all_spectra())
            })?,
        };
        let mut taps = HostBuffer::new(device, filter)?;
        taps.copy_from_slice(&window(shape.taps, shape.block()));
        load(&engine.up, taps, &engine.window).await?;
        Ok(engine)
    }

    /// Makes the next version of `spectra` and `valid`.
    pub fn channelise(&self, chunk: Chunk<B>) -> impl Future<Output = Result<(), Error>> + use<B> {
        // At first silence, which no spectrum is made of that counts.
        let before = self.samples.pin();
        channelise(
            &self.up,
            &self.queue,
            chunk,
            &self.window,
            &before,
            &self.samples,
            &self.valid,
            &self.filtered,
            &self.spectra,
            self.fir.clone(),
            self.fft.clone(),
            self.shape,
        )
    }
}
