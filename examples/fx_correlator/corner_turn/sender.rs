//! [`Sender`]: the F-engines' end.

use crate::counters::{Count, Counters};
use crate::dump::Sent;
use crate::error::Error;
use crate::f_engine::FEngine;
use crate::kernels::Kernels;
use crate::packet::{SamplesHeader, SpectraHeader};
use crate::shape::Shape;
use crate::stream::Stream;
use gpu_stages::{
    Backend, DeviceBuffer, DeviceVisible, HostBuffer, Queue, Resource, Result, gpu_pipeline,
};
use num_complex::Complex32;
use std::net::SocketAddr;
use std::ops::Range;
use std::sync::Arc;
use tokio::net::UdpSocket;

/// An X-engine, and the channels that it correlates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// Where it listens.
    pub to: SocketAddr,
    /// Its part of the band.
    pub channels: Range<usize>,
}

/// What F-engines send, and how.
#[derive(Clone, Debug)]
pub struct Route {
    /// The channels that there are, and the format of the numbers.
    pub shape: Shape,
    /// The X-engines.
    pub destinations: Vec<Destination>,
    /// What spectra are multiplied by before they are rounded.
    pub scale: f32,
}

/// Packed spectra in pinned memory.
#[derive(DeviceVisible)]
pub struct HostSpectra<B: Backend> {
    /// By input, spectrum and channel of the band.
    pub packed: HostBuffer<B, i8>,
    /// By input and spectrum.
    pub valid: HostBuffer<B, u8>,
}

/// Sends the spectra of a frame, to each X-engine its channels.
#[gpu_pipeline]
pub async fn send_spectra<B: Backend>(
    #[queue] f_engine: Queue<B>,
    #[queue] down: Queue<B>,
    #[reads] spectra: DeviceBuffer<B, Complex32>,
    #[reads] valid: DeviceBuffer<B, u8>,
    #[writes] packed: DeviceBuffer<B, i8>,
    #[writes] host: HostSpectra<B>,
    #[updates] socket: UdpSocket,
    pack: B::Kernel,
    route: Arc<Route>,
    frame: u64,
    sync: u64,
    counters: Arc<Counters>,
) -> Result<(), Error> {
    #[stage(name = "pack")]
    f_engine.launch(
        &pack,
        route.shape.channelised(),
        (&spectra, route.scale, &mut packed),
    )?;

    #[stage(name = "download")]
    {
        down.download(&packed, &mut host.packed)?;
        down.download(&valid, &mut host.valid)?;
    }

    #[stage(name = "send")]
    let sent = route
        .send(&mut socket, frame, sync, &host.packed, &host.valid)
        .await;

    let Sent { datagrams, bytes } = sent?;
    counters.add(Count::Sent, datagrams);
    counters.add(Count::SentBytes, bytes);
    Ok(())
}

/// Sends spectra, for one shape from one device.
pub struct Sender<B: Backend> {
    pack: B::Kernel,
    down: Queue<B>,
    packed: Resource<DeviceBuffer<B, i8>>,
    host: Resource<HostSpectra<B>>,
    socket: Resource<UdpSocket>,
    route: Arc<Route>,
    counters: Arc<Counters>,
}

impl<B: Backend> Sender<B> {
    /// Sends from `socket`, one frame while another one is packed.
    pub fn new(
        device: &B::Device,
        kernels: &Kernels<B>,
        route: Route,
        socket: UdpSocket,
        counters: Arc<Counters>,
    ) -> Result<Self> {
        let (shape, bytes) = (route.shape, Stream::Spectra.frame(&route.shape));
        let host = || -> Result<_> {
            Ok(HostSpectra {
                packed: HostBuffer::new(device, bytes)?,
                valid: HostBuffer::new(device, shape.all_spectra())?,
            })
        };
        Ok(Sender {
            pack: kernels.pack.clone(),
            down: Queue::new(device)?,
            packed: Resource::try_ring(2, || DeviceBuffer::new(device, bytes))?,
            host: Resource::try_ring(2, host)?,
            socket: Resource::new(socket).keep_on_failure(),
            route: Arc::new(route),
            counters,
        })
    }

    /// Sends the newest version of the F-engine's spectra.
    pub fn send(
        &self,
        frame: u64,
        sync: u64,
        f: &FEngine<B>,
    ) -> impl Future<Output = Result<(), Error>> + use<B> {
        send_spectra(
            &f.queue,
            &self.down,
            &f.spectra,
            &f.valid,
            &self.packed,
            &self.host,
            &self.socket,
            self.pack.clone(),
            self.route.clone(),
            frame,
            sync,
            self.counters.clone(),
        )
    }
}

impl Route {
    /// Sends a frame; `packed` is in the order of spectra.
    async fn send(
        &self,
        socket: &mut UdpSocket,
        frame: u64,
        sync: u64,
        packed: &[i8],
        valid: &[u8],
    ) -> Result<Sent, Error> {
        let Shape { spectra, band, .. } = self.shape;
        let (mut sent, mut datagram) = (Sent::default(), Vec::new());
        let by_input = packed.chunks_exact(spectra * band * self.shape.packed());
        for (input, (packed, valid)) in by_input.zip(valid.chunks_exact(spectra)).enumerate() {
            let of = SamplesHeader {
                antenna: (input / 2) as u16,
                polarisation: (input % 2) as u8,
                sequence: frame,
                sync,
            };
            for destination in &self.destinations {
                let to = destination.to;
                for packet in 0..self.packets(destination) {
                    self.write(destination, of, packet, packed, valid, &mut datagram);
                    let result = socket.send_to(&datagram, to).await;
                    result.map_err(|cause| Error::Send { to, cause })?;
                    sent.datagrams += 1;
                    sent.bytes += datagram.len() as u64;
                }
            }
        }
        Ok(sent)
    }

    /// Datagrams of one input in a frame, for one X-engine.
    fn packets(&self, to: &Destination) -> usize {
        self.shape.spectra / self.shape.spectra_at_once(to.channels.len())
    }

    /// Writes a datagram: of one input, `packed` and `valid` of this frame.
    fn write(
        &self,
        to: &Destination,
        of: SamplesHeader,
        packet: usize,
        packed: &[i8],
        valid: &[u8],
        datagram: &mut Vec<u8>,
    ) {
        let (channels, shape) = (&to.channels, &self.shape);
        let at_once = shape.spectra_at_once(channels.len());
        let first = packet * at_once;
        let flags = valid[first..first + at_once].iter().rev();
        let header = SpectraHeader {
            of: SamplesHeader {
                sequence: of.sequence * self.packets(to) as u64 + packet as u64,
                ..of
            },
            channel: channels.start as u16,
            channels: channels.len() as u16,
            spectra: at_once as u8,
            bits: shape.bits as u8,
            valid: flags.fold(0, |bits, &valid| bits << 1 | u64::from(valid)),
            scale: self.scale,
        };
        header.write(datagram);
        let start = (channels.start - shape.first_channel) * shape.packed();
        let len = channels.len() * shape.packed();
        for spectrum in packed
            .chunks_exact(shape.band * shape.packed())
            .skip(first)
            .take(at_once)
        {
            datagram.extend_from_slice(bytemuck::cast_slice(&spectrum[start..start + len]));
        }
    }
}
