//! [`Receiver`]: the X-engines' end.

use crate::chunk::Chunk;
use crate::error::Error;
use crate::kernels::Kernels;
use crate::shape::Shape;
use crate::stream::Stream;
use gpu_stages::{Backend, DeviceBuffer, Queue, Resource, Result, gpu_pipeline};
use num_complex::Complex32;

/// Takes the spectra of a frame from what came in.
#[gpu_pipeline]
pub async fn unpack<B: Backend>(
    #[queue] up: Queue<B>,
    #[queue] x_engine: Queue<B>,
    #[owns] chunk: Chunk<B>,
    #[writes] packed: DeviceBuffer<B, i8>,
    #[writes] valid: DeviceBuffer<B, u8>,
    #[writes] spectra: DeviceBuffer<B, Complex32>,
    unpack: B::Kernel,
    shape: Shape,
    scale: f32,
) -> Result<(), Error> {
    #[stage(name = "upload")]
    {
        up.upload(&chunk.buffers[0].data, &mut packed)?;
        up.upload(&chunk.buffers[0].valid, &mut valid)?;
    }

    #[stage(name = "unpack")]
    x_engine.launch(
        &unpack,
        shape.channelised(),
        (&packed, &valid, scale, &mut spectra),
    )?;
    Ok(())
}

/// Takes spectra in, for one shape on one device.
pub struct Receiver<B: Backend> {
    shape: Shape,
    unpack: B::Kernel,
    up: Queue<B>,
    packed: Resource<DeviceBuffer<B, i8>>,
    /// By input, spectrum and channel of the band.
    pub spectra: Resource<DeviceBuffer<B, Complex32>>,
    /// By input and spectrum.
    pub valid: Resource<DeviceBuffer<B, u8>>,
}

impl<B: Backend> Receiver<B> {
    /// Buffers for as many frames in flight.
    pub fn new(
        device: &B::Device,
        kernels: &Kernels<B>,
        shape: Shape,
        in_flight: usize,
    ) -> Result<Self> {
        let bytes = Stream::Spectra.frame(&shape);
        Ok(Receiver {
            shape,
            unpack: kernels.unpack.clone(),
            up: Queue::new(device)?,
            packed: Resource::try_ring(in_flight, || DeviceBuffer::new(device, bytes))?,
            spectra: Resource::try_ring(2, || DeviceBuffer::new(device, shape.channelised()))?,
            valid: Resource::try_ring(in_flight, || {
                DeviceBuffer::new(device, shape.all_spectra())
            })?,
        })
    }

    /// Makes the next version of `spectra` and `valid`.
    pub fn unpack(
        &self,
        chunk: Chunk<B>,
        x_engine: &Queue<B>,
    ) -> impl Future<Output = Result<(), Error>> + use<B> {
        let scale = chunk.scale;
        unpack(
            &self.up,
            x_engine,
            chunk,
            &self.packed,
            &self.valid,
            &self.spectra,
            self.unpack.clone(),
            self.shape,
            scale,
        )
    }
}
