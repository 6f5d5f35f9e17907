//! The shape of an FX correlator: chunks are received one after another, uploaded, transformed (F), and their products
//! added up (X). Every few chunks the sums are downloaded and sent, while the next ones are added up elsewhere.
//!
//! A frame is an integration: all its chunks, and the dump after them.

use crate::scene::{Scene, World, ms};
use futures::future::{BoxFuture, try_join, try_join_all};
use gpu_stages::bound::{Depths, Frame, Timed};
use gpu_stages::cpu::timing::{Cost, Timing};
use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Kernel, Queue, Simulation};
use gpu_stages::{Resource, Result, gpu_pipeline};
use std::time::Duration;

/// Chunks of an integration.
const CHUNKS: usize = 4;

/// One chunk. A socket gives chunks one after another.
#[gpu_pipeline]
async fn correlate(
    #[queue] up: Queue,
    #[queue] compute: Queue,
    #[updates] socket: f32,
    #[writes] h_chunk: HostBuffer<f32>,
    #[writes] d_chunk: DeviceBuffer<f32>,
    #[writes] spectra: DeviceBuffer<f32>,
    #[updates] sums: DeviceBuffer<f32>,
    f: Kernel,
    x: Kernel,
    simulation: Simulation,
) -> Result<()> {
    {
        simulation.host_work(ms(3)).await;
        socket += 1.0;
        h_chunk.fill(socket * 1.0);
    }
    up.upload(&h_chunk, &mut d_chunk)?;
    compute.launch(&f, 1, (&d_chunk, &mut spectra))?;
    compute.launch(&x, 1, (&spectra, &mut sums))
}

/// The end of an integration: the next sums begin at zero in another slot.
#[gpu_pipeline]
async fn dump(
    #[queue] compute: Queue,
    #[queue] down: Queue,
    #[reads] sums: DeviceBuffer<f32>,
    #[writes] next: DeviceBuffer<f32>,
    #[writes] h_sums: HostBuffer<f32>,
    #[updates] network: f32,
    simulation: Simulation,
    expected: f32,
) -> Result<()> {
    down.download(&sums, &mut h_sums)?;
    compute.fill(&mut next, 0.0)?;
    {
        simulation.host_work(ms(6)).await;
        network += h_sums[0];
        assert_eq!(h_sums[0], expected);
    }
    Ok(())
}

/// Per chunk 3 ms to receive, 2 to upload, 2 for F and 3 for X; per integration 4 ms to download, 1 to clear and 6 to
/// send.
pub struct Correlator;

struct Buffers {
    queues: [Queue; 3],
    socket: Resource<f32>,
    h_chunk: Resource<HostBuffer<f32>>,
    d_chunk: Resource<DeviceBuffer<f32>>,
    spectra: Resource<DeviceBuffer<f32>>,
    sums: Resource<DeviceBuffer<f32>>,
    h_sums: Resource<HostBuffer<f32>>,
    network: Resource<f32>,
    f: Kernel,
    x: Kernel,
    simulation: Simulation,
}

impl Scene for Correlator {
    fn frame(&self) -> Frame {
        let chunk = Timed::new(correlate::SCHEDULE, [3, 2, 2, 3].map(ms));
        let chunks = (1..CHUNKS).fold(Frame::of(chunk.clone()), |frame, _| {
            frame.and(chunk.clone())
        });
        chunks.and(Timed::new(dump::SCHEDULE, [4, 1, 6].map(ms)).passing("next", "sums"))
    }

    fn makespan(&self, depths: &Depths, frames: usize) -> Result<Duration> {
        let timing = Timing::new()
            .uploads(Cost::fixed(ms(2)))
            .downloads(Cost::fixed(ms(4)))
            .copies(Cost::fixed(ms(1)))
            .kernel("f", Cost::fixed(ms(2)))
            .kernel("x", Cost::fixed(ms(3)));
        let world = World::new(timing, depths);
        let buffers = Buffers {
            queues: [world.queue()?, world.queue()?, world.queue()?],
            socket: Resource::new(0.0),
            h_chunk: world.host("h_chunk", 1)?,
            d_chunk: world.buffer("d_chunk", 1)?,
            spectra: world.buffer("spectra", 1)?,
            sums: world.buffer("sums", 1)?,
            h_sums: world.host("h_sums", 1)?,
            network: Resource::new(0.0),
            f: Kernel::new("f", |chunk: &[f32], spectra: &mut [f32]| {
                spectra.copy_from_slice(chunk);
            }),
            x: Kernel::new("x", |spectra: &[f32], sums: &mut [f32]| {
                sums.iter_mut()
                    .zip(spectra)
                    .for_each(|(sum, it)| *sum += it);
            }),
            simulation: world.simulation.clone(),
        };
        world.run(frames, move |number| buffers.integration(number))
    }
}

impl Buffers {
    fn integration(&self, number: usize) -> BoxFuture<'static, Result<()>> {
        let [up, compute, down] = &self.queues;
        let chunk = || {
            let (socket, h_chunk, d_chunk) = (&self.socket, &self.h_chunk, &self.d_chunk);
            let (spectra, sums) = (&self.spectra, &self.sums);
            let (f, x, on) = (self.f.clone(), self.x.clone(), self.simulation.clone());
            correlate(
                up, compute, socket, h_chunk, d_chunk, spectra, sums, f, x, on,
            )
        };
        let chunks: Vec<_> = (0..CHUNKS).map(|_| chunk()).collect();
        let first = number * CHUNKS;
        let expected = (first + 1..=first + CHUNKS).map(|it| it as f32).sum();
        let (h_sums, network) = (&self.h_sums, &self.network);
        let on = self.simulation.clone();
        let dump = dump(
            compute, down, &self.sums, &self.sums, h_sums, network, on, expected,
        );
        Box::pin(async move { try_join(try_join_all(chunks), dump).await.map(drop) })
    }
}
