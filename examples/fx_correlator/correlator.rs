//! [`Correlator`]: the queues and resources, and the calls of the pipelines in the order of the frames.

use crate::chunk::Chunk;
use crate::counters::{Count, Counters};
use crate::dump::{DumpFile, Label};
use crate::error::Error;
use crate::kernels::Kernels;
use crate::pipeline::{HostSums, Sums, Tables, clear, correlate, dump, load};
use crate::shape::{Shape, window};
use futures::future::{FutureExt, OptionFuture, join3};
use gpu_stages::{Backend, DeviceBuffer, HostBuffer, Queue, Resource, Result};
use num_complex::Complex32;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::UdpSocket;

/// Where dumps go.
pub struct Output {
    /// The socket to send from.
    pub socket: UdpSocket,
    /// Where to send to.
    pub to: Option<SocketAddr>,
    /// The file to append to.
    pub file: DumpFile,
}

/// A correlator for one shape on one device.
pub struct Correlator<B: Backend> {
    shape: Shape,
    kernels: Kernels<B>,
    counters: Arc<Counters>,
    up: Queue<B>,
    f_engine: Queue<B>,
    x_engine: Queue<B>,
    down: Queue<B>,
    tables: Resource<Tables<B>>,
    samples: Resource<DeviceBuffer<B, i8>>,
    valid: Resource<DeviceBuffer<B, u8>>,
    filtered: Resource<DeviceBuffer<B, f32>>,
    spectra: Resource<DeviceBuffer<B, Complex32>>,
    sums: Resource<Sums<B>>,
    host: Resource<HostSums<B>>,
    socket: Resource<UdpSocket>,
    file: Resource<DumpFile>,
    to: Option<SocketAddr>,
    /// The dump that frames are added to.
    current: Option<Label>,
}

impl<B: Backend> Correlator<B> {
    /// A correlator with buffers for as many frames in flight.
    pub async fn new(
        device: &B::Device,
        kernels: Kernels<B>,
        shape: Shape,
        in_flight: usize,
        output: Output,
        counters: Arc<Counters>,
    ) -> Result<Self, Error> {
        let queue = || Queue::new(device);
        let sums = || -> Result<_> {
            Ok(Sums {
                visibilities: DeviceBuffer::new(device, shape.visibilities())?,
                weights: DeviceBuffer::new(device, shape.baselines())?,
            })
        };
        let host = || -> Result<_> {
            Ok(HostSums {
                visibilities: HostBuffer::new(device, shape.visibilities())?,
                weights: HostBuffer::new(device, shape.baselines())?,
            })
        };
        let correlator = Correlator {
            shape,
            kernels,
            counters,
            up: queue()?,
            f_engine: queue()?,
            x_engine: queue()?,
            down: queue()?,
            tables: Resource::new(Tables {
                window: DeviceBuffer::new(device, shape.taps * shape.block())?,
                pairs: DeviceBuffer::new(device, 2 * shape.baselines())?,
            }),
            // One slot more than frames in flight, for the frame before the first of them.
            samples: Resource::try_ring(in_flight + 1, || {
                DeviceBuffer::new(device, shape.samples())
            })?,
            valid: Resource::try_ring(in_flight, || {
                DeviceBuffer::new(device, shape.all_spectra())
            })?,
            filtered: Resource::try_ring(2, || DeviceBuffer::new(device, shape.samples()))?,
            spectra: Resource::try_ring(2, || {
                DeviceBuffer::new(device, shape.all_spectra() * shape.band)
            })?,
            sums: Resource::try_ring(2, sums)?,
            host: Resource::try_ring(2, host)?,
            socket: Resource::new(output.socket).keep_on_failure(),
            // Its header counts whole records only, so that it is good whatever happens.
            file: Resource::new(output.file).keep_on_failure(),
            to: output.to,
            current: None,
        };
        correlator.load(device).await?;
        Ok(correlator)
    }

    async fn load(&self, device: &B::Device) -> Result<(), Error> {
        let shape = &self.shape;
        let mut taps = HostBuffer::new(device, shape.taps * shape.block())?;
        taps.copy_from_slice(&window(shape.taps, shape.block()));
        let mut pairs = HostBuffer::new(device, 2 * shape.baselines())?;
        for (place, (a, b)) in pairs.chunks_exact_mut(2).zip(shape.pairs()) {
            place.copy_from_slice(&[a as u32, b as u32]);
        }
        load(&self.up, taps, pairs, &self.tables).await
    }

    /// Adds a frame to its dump, which is begun if need be; the dump before goes out then. All calls are made here, so
    /// that frames are in order; the future waits for them.
    pub fn frame(&mut self, chunk: Chunk<B>) -> impl Future<Output = Result<(), Error>> + use<B> {
        let label = Label {
            dump: chunk.frame / self.shape.integration as u64,
            sync: chunk.sync,
        };
        let (mut ended, mut begun) = (None, None);
        if self.current != Some(label) {
            ended = Some(self.finish());
            begun = Some(clear(&self.x_engine, &self.sums));
            self.current = Some(label);
        }
        // At first silence, which no spectrum is made of that counts.
        let before = self.samples.pin();
        let correlated = correlate(
            &self.up,
            &self.f_engine,
            &self.x_engine,
            chunk,
            &self.tables,
            &before,
            &self.samples,
            &self.valid,
            &self.filtered,
            &self.spectra,
            &self.sums,
            self.kernels.fir.clone(),
            self.kernels.fft.clone(),
            self.kernels.correlate.clone(),
            self.shape,
        );
        let counters = self.counters.clone();
        let done = |it: Option<Result<(), Error>>| it.unwrap_or(Ok(()));
        let ended = OptionFuture::from(ended).map(done);
        let begun = OptionFuture::from(begun).map(done);
        async move {
            // All to their end: a dump is good, whatever becomes of the next frame.
            let (ended, begun, correlated) = join3(ended, begun, correlated).await;
            correlated.and(begun).and(ended)?;
            counters.count(Count::Correlated);
            Ok(())
        }
    }

    /// Sends out the dump that frames were added to, whole or not, if there is one.
    pub fn finish(&mut self) -> impl Future<Output = Result<(), Error>> + use<B> {
        let dumped = self.current.take().map(|label| {
            dump(
                &self.down,
                &self.sums,
                &self.host,
                &self.socket,
                &self.file,
                label,
                self.to,
                self.shape,
                self.counters.clone(),
            )
        });
        OptionFuture::from(dumped).map(|result| result.unwrap_or(Ok(())))
    }
}
