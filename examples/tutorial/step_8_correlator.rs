//! Step 8: a correlator that takes frames in chunks, and not all of them.

use crate::engines::{DUMP, HISTORY, PRODUCTS, SAMPLES, SPECTRA, SPECTRUM};
use crate::step_6_accumulate::Jobs;
use crate::step_6_sums::Sums;
use crate::step_8_chunk::Chunk;
use crate::world::World;
use futures::future::FutureExt;
use gpu_stages::cpu::{DeviceBuffer, Kernel, Queue};
use gpu_stages::{Resource, Result, gpu_pipeline};
use num_complex::Complex32;

pub struct Correlator {
    up: Queue,
    samples: Resource<DeviceBuffer<f32>>,
    silence: Resource<DeviceBuffer<f32>>,
    spectra: Resource<DeviceBuffer<Complex32>>,
    pub sums: Sums,
    f: Kernel,
    x: Kernel,
}

impl Correlator {
    pub fn new(world: &World) -> Result<Self> {
        let device = &world.device;
        Ok(Correlator {
            up: Queue::new(device)?,
            samples: Resource::try_ring(3, || DeviceBuffer::new(device, SAMPLES))?,
            silence: Resource::new(DeviceBuffer::new(device, SAMPLES)?),
            spectra: Resource::try_ring(2, || DeviceBuffer::new(device, SPECTRA * SPECTRUM))?,
            sums: Sums::new(world)?,
            f: world.kernels.f.clone(),
            x: world.kernels.x_add.clone(),
        })
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
    ) -> Result<()> {
        #[stage(name = "upload")]
        up.upload(&chunk.samples[0], &mut samples)?;
        #[stage(name = "F")]
        compute.launch(
            &self.f,
            SPECTRA,
            (&before[SAMPLES - HISTORY..], &samples, &mut spectra),
        )?;
        #[stage(name = "X")]
        compute.launch(&self.x, PRODUCTS, (&spectra, &mut sums))?;
        Ok(())
    }

    /// Adds a frame to its dump, after `last`. If it belongs to a new dump, the previous dump is sent first.
    pub async fn add<'a>(
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
        // The samples of a dropped frame are not known.
        let follows = last.is_some_and(|last| last + 1 == frame);
        let before = if follows {
            &self.samples
        } else {
            &self.silence
        };
        jobs.push(self.correlate(chunk, before).boxed_local()).await
    }
}
