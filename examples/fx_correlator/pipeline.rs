//! The pipelines for one frame and one dump, written as if there were no others.

use crate::chunk::Chunk;
use crate::counters::{Count, Counters};
use crate::dump::{DumpFile, Label, send};
use crate::error::Error;
use crate::reassemble::Assembly;
use crate::shape::Shape;
use gpu_stages::{
    Backend, DeviceBuffer, DeviceVisible, Element, Grid, HostBuffer, Queue, gpu_pipeline,
};
use num_complex::Complex32;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::UdpSocket;

/// The sums of a dump, on the device.
#[derive(DeviceVisible)]
pub struct Sums<B: Backend> {
    /// By baseline and channel.
    pub visibilities: DeviceBuffer<B, Complex32>,
    /// By baseline: how many spectra were added up.
    pub weights: DeviceBuffer<B, u32>,
}

/// The same on the host.
#[derive(DeviceVisible)]
pub struct HostSums<B: Backend> {
    /// By baseline and channel.
    pub visibilities: HostBuffer<B, Complex32>,
    /// By baseline: how many spectra were added up.
    pub weights: HostBuffer<B, u32>,
}

/// The next frame that is closed; `None` when nothing came for as long as `idle`, or all frames came that were asked
/// for.
#[gpu_pipeline]
pub async fn receive<B: Backend>(
    #[updates] socket: UdpSocket,
    #[updates] assembly: Assembly<B>,
    idle: Duration,
) -> Result<Option<Chunk<B>>, Error> {
    next_frame(&mut socket, &mut assembly, idle)
        .await
        .map_err(Error::Receive)
}

/// The next frame of those that are closed, or still open when nothing more will come.
#[gpu_pipeline]
pub async fn drain<B: Backend>(
    #[updates] assembly: Assembly<B>,
) -> Result<Option<Chunk<B>>, Error> {
    assembly.close_all();
    Ok(assembly.pop())
}

async fn next_frame<B: Backend>(
    socket: &mut UdpSocket,
    assembly: &mut Assembly<B>,
    idle: Duration,
) -> io::Result<Option<Chunk<B>>> {
    // One byte more than there should be, to tell what is too long.
    let mut datagram = vec![0; assembly.datagram() + 1];
    loop {
        if let Some(chunk) = assembly.pop() {
            return Ok(Some(chunk));
        }
        if assembly.is_over() {
            return Ok(None);
        }
        match tokio::time::timeout(idle, socket.recv(&mut datagram)).await {
            Ok(len) => assembly.take(&datagram[..len?]),
            Err(_) => return Ok(None),
        }
    }
}

/// Fills a table that kernels look things up in, once.
#[gpu_pipeline]
pub async fn load<B: Backend, T: Element>(
    #[queue] up: Queue<B>,
    #[owns] host: HostBuffer<B, T>,
    #[writes] table: DeviceBuffer<B, T>,
) -> Result<(), Error> {
    Ok(up.upload(&host, &mut table)?)
}

/// Begins a dump.
#[gpu_pipeline]
pub async fn clear<B: Backend>(
    #[queue] x_engine: Queue<B>,
    #[writes] sums: Sums<B>,
) -> Result<(), Error> {
    #[stage(name = "clear")]
    {
        x_engine.fill(&mut sums.visibilities, Complex32::ZERO)?;
        x_engine.fill(&mut sums.weights, 0)?;
    }
    Ok(())
}

/// F: takes one frame from its chunk to spectra. The filter bank needs the end of the previous frame, which is another
/// version of `samples`.
#[gpu_pipeline]
pub async fn channelise<B: Backend>(
    #[queue] up: Queue<B>,
    #[queue] f_engine: Queue<B>,
    #[owns] chunk: Chunk<B>,
    #[reads] window: DeviceBuffer<B, f32>,
    #[reads] before: DeviceBuffer<B, i8>,
    #[writes] samples: DeviceBuffer<B, i8>,
    #[writes] valid: DeviceBuffer<B, u8>,
    #[writes] filtered: DeviceBuffer<B, f32>,
    #[writes] spectra: DeviceBuffer<B, Complex32>,
    fir: B::Kernel,
    fft: B::Kernel,
    shape: Shape,
) -> Result<(), Error> {
    #[stage(name = "upload")]
    {
        up.upload(&chunk.buffers[0].data, &mut samples)?;
        up.upload(&chunk.buffers[0].valid, &mut valid)?;
    }

    #[stage(name = "filter bank")]
    f_engine.launch(
        &fir,
        shape.samples(),
        (&before, &samples, &window, &mut filtered),
    )?;

    let groups = Grid::from(shape.all_spectra() * shape.group()).in_groups_of(shape.group());
    #[stage(name = "spectra")]
    f_engine.launch(&fft, groups, (&filtered, &valid, &mut spectra))?;
    Ok(())
}

/// X: adds the spectra of a frame to the sums of its dump.
#[gpu_pipeline]
pub async fn correlate<B: Backend>(
    #[queue] x_engine: Queue<B>,
    #[reads] pairs: DeviceBuffer<B, u32>,
    #[reads] spectra: DeviceBuffer<B, Complex32>,
    #[reads] valid: DeviceBuffer<B, u8>,
    #[updates] sums: Sums<B>,
    products: B::Kernel,
    shape: Shape,
) -> Result<(), Error> {
    #[stage(name = "products")]
    x_engine.launch(
        &products,
        shape.visibilities(),
        (
            &spectra,
            &valid,
            &pairs,
            &mut sums.visibilities,
            &mut sums.weights,
        ),
    )?;
    Ok(())
}

/// Downloads a dump, and writes and sends it.
#[gpu_pipeline]
pub async fn dump<B: Backend>(
    #[queue] down: Queue<B>,
    #[reads] sums: Sums<B>,
    #[writes] host: HostSums<B>,
    #[updates] socket: UdpSocket,
    #[updates] file: DumpFile,
    label: Label,
    to: Option<SocketAddr>,
    shape: Shape,
    counters: Arc<Counters>,
) -> Result<(), Error> {
    #[stage(name = "download")]
    {
        down.download(&sums.visibilities, &mut host.visibilities)?;
        down.download(&sums.weights, &mut host.weights)?;
    }

    #[stage(name = "store", blocking)]
    file.append(&label, &host.visibilities, &host.weights)?;

    #[stage(name = "send")]
    let sent = send(
        &mut socket,
        to,
        &shape,
        &label,
        &host.visibilities,
        &host.weights,
    )
    .await?;

    counters.add(Count::Sent, sent.datagrams);
    counters.add(Count::SentBytes, sent.bytes);
    counters.count(Count::Dumps);
    Ok(())
}
