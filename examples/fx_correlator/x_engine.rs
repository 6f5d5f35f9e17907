//! [`XEngine`]: from spectra to dumps.

use crate::counters::Counters;
use crate::dump::{DumpFile, Label};
use crate::error::Error;
use crate::kernels::Kernels;
use crate::pipeline::{HostSums, Sums, clear, correlate, dump, load};
use crate::shape::Shape;
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

/// The products and their sums, for one shape on one device.
pub struct XEngine<B: Backend> {
    shape: Shape,
    products: B::Kernel,
    counters: Arc<Counters>,
    /// Where spectra are read.
    pub queue: Queue<B>,
    down: Queue<B>,
    pairs: Resource<DeviceBuffer<B, u32>>,
    sums: Resource<Sums<B>>,
    host: Resource<HostSums<B>>,
    socket: Resource<UdpSocket>,
    file: Resource<DumpFile>,
    to: Option<SocketAddr>,
    /// The dump that frames are added to.
    current: Option<Label>,
}

impl<B: Backend> XEngine<B> {
    /// An engine that adds up one dump while another one goes out.
    pub async fn new(
        device: &B::Device,
        kernels: &Kernels<B>,
        shape: Shape,
        output: Output,
        counters: Arc<Counters>,
    ) -> Result<Self, Error> {
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
        let engine = XEngine {
            shape,
            products: kernels.correlate.clone(),
            counters,
            queue: Queue::new(device)?,
            down: Queue::new(device)?,
            pairs: Resource::new(DeviceBuffer::new(device, 2 * shape.baselines())?),
            sums: Resource::try_ring(2, sums)?,
            host: Resource::try_ring(2, host)?,
            socket: Resource::new(output.socket).keep_on_failure(),
            // Its header counts whole records only, so that it is good whatever happens.
            file: Resource::new(output.file).keep_on_failure(),
            to: output.to,
            current: None,
        };
        let mut pairs = HostBuffer::new(device, 2 * shape.baselines())?;
        for (place, (a, b)) in pairs.chunks_exact_mut(2).zip(shape.pairs()) {
            place.copy_from_slice(&[a as u32, b as u32]);
        }
        load(&engine.queue, pairs, &engine.pairs).await?;
        Ok(engine)
    }

    /// Adds the newest version of `spectra` and `valid` to its dump, which is begun if need be; the previous dump is
    /// sent then.
    pub fn correlate(
        &mut self,
        frame: u64,
        sync: u64,
        spectra: &Resource<DeviceBuffer<B, Complex32>>,
        valid: &Resource<DeviceBuffer<B, u8>>,
    ) -> impl Future<Output = Result<(), Error>> + use<B> {
        let label = Label {
            dump: frame / self.shape.integration as u64,
            sync,
        };
        let (mut ended, mut begun) = (None, None);
        if self.current != Some(label) {
            ended = Some(self.finish());
            begun = Some(clear(&self.queue, &self.sums));
            self.current = Some(label);
        }
        let correlated = correlate(
            &self.queue,
            &self.pairs,
            spectra,
            valid,
            &self.sums,
            self.products.clone(),
            self.shape,
        );
        let done = |it: Option<Result<(), Error>>| it.unwrap_or(Ok(()));
        let ended = OptionFuture::from(ended).map(done);
        let begun = OptionFuture::from(begun).map(done);
        // All run to their end: a dump is good even if the next frame fails.
        join3(ended, begun, correlated)
            .map(|(ended, begun, correlated)| correlated.and(begun).and(ended))
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
