//! Step 8: the network does not wait. Frames that there is no room for are dropped at the door, and the end comes when
//! somebody says so.

use crate::engines::{DUMP, HISTORY, PRODUCTS, SAMPLES, SPECTRA, SPECTRUM};
use crate::network::Receiver;
use crate::step_6_sums::{Jobs, Sums};
use crate::step_8_chunk::{Chunk, Pool};
use crate::world::{RECEIVE, World};
use futures::future::FutureExt;
use gpu_stages::cpu::{DeviceBuffer, Kernel, Queue};
use gpu_stages::{Resource, Result, gpu_pipeline};
use num_complex::Complex32;
use std::pin::pin;

struct Correlator {
    up: Queue,
    receiver: Resource<Receiver>,
    samples: Resource<DeviceBuffer<f32>>,
    silence: Resource<DeviceBuffer<f32>>,
    spectra: Resource<DeviceBuffer<Complex32>>,
    sums: Sums,
    f: Kernel,
    x: Kernel,
}

impl Correlator {
    fn new(world: &World) -> Result<Self> {
        let device = &world.device;
        Ok(Correlator {
            up: Queue::new(device)?,
            // It stays good when a call that receives is cancelled.
            receiver: Resource::new(world.receiver()).keep_on_failure(),
            samples: Resource::try_ring(3, || DeviceBuffer::new(device, SAMPLES))?,
            silence: Resource::new(DeviceBuffer::new(device, SAMPLES)?),
            spectra: Resource::try_ring(2, || DeviceBuffer::new(device, SPECTRA * SPECTRUM))?,
            sums: Sums::new(world)?,
            f: world.kernels.f.clone(),
            x: world.kernels.x_add.clone(),
        })
    }

    /// Receives the next frame into `chunk`. Without one the frame is lost.
    #[gpu_pipeline]
    async fn receive(
        &self,
        #[updates(self.receiver)] receiver: Receiver,
        mut chunk: Option<Chunk>,
    ) -> Result<Option<Chunk>> {
        #[stage(name = "receive")]
        match &mut chunk {
            Some(chunk) => chunk.frame = receiver.receive(&mut chunk.samples[0]).await,
            None => receiver.pass().await,
        }
        Ok(chunk)
    }

    /// Takes one frame from its chunk to the sums of its dump.
    #[gpu_pipeline]
    async fn correlate(
        &self,
        #[queue(self.up)] up: Queue,
        #[queue(self.sums.compute)] compute: Queue,
        #[owns] chunk: Chunk,
        #[reads] before: DeviceBuffer<f32>,
        #[writes(self.samples)] samples: DeviceBuffer<f32>,
        #[writes(self.spectra)] spectra: DeviceBuffer<Complex32>,
        #[updates(self.sums.sums)] sums: DeviceBuffer<Complex32>,
        f: Kernel,
        x: Kernel,
    ) -> Result<()> {
        #[stage(name = "upload")]
        up.upload(&chunk.samples[0], &mut samples)?;
        #[stage(name = "F")]
        compute.launch(
            &f,
            SPECTRA,
            (&before[SAMPLES - HISTORY..], &samples, &mut spectra),
        )?;
        #[stage(name = "X")]
        compute.launch(&x, PRODUCTS, (&spectra, &mut sums))?;
        Ok(())
    }

    /// Adds a frame to its dump, behind `last`: the dump before goes out, and a new one begins, if need be.
    async fn add<'a>(
        &'a self,
        chunk: Chunk,
        last: Option<usize>,
        jobs: &mut Jobs<'a>,
    ) -> Result<()> {
        let frame = chunk.frame;
        if last.is_none_or(|last| last / DUMP != frame / DUMP) {
            if last.is_some() {
                jobs.push(self.sums.dump().boxed_local()).await?;
            }
            jobs.push(self.sums.clear().boxed_local()).await?;
        }
        // Of a frame that was dropped nothing is known.
        let follows = last.is_some_and(|last| last + 1 == frame);
        let before = if follows {
            &self.samples
        } else {
            &self.silence
        };
        let (f, x) = (self.f.clone(), self.x.clone());
        jobs.push(self.correlate(chunk, before, f, x).boxed_local())
            .await
    }

    /// Correlates what comes until `stop`; returns the numbers of the frames that were not dropped.
    async fn run(&self, pool: &Pool, stop: impl Future<Output = ()>) -> Result<Vec<usize>> {
        let mut frames: Vec<usize> = Vec::new();
        // What bounds the frames in flight is the number of chunks.
        let mut jobs = Jobs::new(usize::MAX);
        let mut stop = pin!(stop);
        let mut receiving = Box::pin(self.receive(pool.take()));
        loop {
            let running = jobs.in_flight();
            let received = tokio::select! {
                biased;
                () = &mut stop => break,
                received = &mut receiving => received?,
                // The jobs run only while the queue is awaited.
                ended = jobs.finish(running.saturating_sub(1)), if running > 0 => {
                    ended?;
                    continue;
                }
            };
            receiving = Box::pin(self.receive(pool.take()));
            if let Some(chunk) = received {
                let last = frames.last().copied();
                frames.push(chunk.frame);
                self.add(chunk, last, &mut jobs).await?;
            }
        }
        // Cancels the call that receives. The frames in flight go on to their end, and the last dump goes out.
        drop(receiving);
        if !frames.is_empty() {
            jobs.push(self.sums.dump().boxed_local()).await?;
        }
        jobs.finish(0).await?;
        Ok(frames)
    }
}

/// Stops in the midst of the frame behind the last one.
pub async fn run(world: &World, frames: usize) -> Result<Vec<usize>> {
    let pool = Pool::new(&world.device, 3)?;
    let stop = RECEIVE * frames as u32 + RECEIVE / 2;
    let correlator = Correlator::new(world)?;
    correlator
        .run(&pool, world.simulation.host_work(stop))
        .await
}
