//! Step 6: the device adds up. Only sums are downloaded, and only once per dump.

use crate::engines::{DUMP, HISTORY, PRODUCTS, SAMPLES, SPECTRA, SPECTRUM};
use crate::network::Receiver;
use crate::step_6_sums::Sums;
use crate::world::{F, Plan, RECEIVE, UPLOAD_WITH_HISTORY, World, X};
use futures::future::{FutureExt, LocalBoxFuture};
use gpu_stages::bound::Timed;
use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Kernel, Queue};
use gpu_stages::{Error, JobQueue, Resource, Result, gpu_pipeline};
use num_complex::Complex32;

/// Calls in flight: as many as a dump has.
pub const IN_FLIGHT: usize = DUMP + 2;

/// Calls of several pipelines in flight.
pub type Jobs<'a> = JobQueue<LocalBoxFuture<'a, Result<()>>, (), Error>;

struct Correlator {
    up: Queue,
    receiver: Resource<Receiver>,
    h_samples: Resource<HostBuffer<f32>>,
    samples: Resource<DeviceBuffer<f32>>,
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
            receiver: Resource::new(world.receiver()),
            h_samples: Resource::try_ring(2, || HostBuffer::new(device, HISTORY + SAMPLES))?,
            samples: Resource::try_ring(2, || DeviceBuffer::new(device, HISTORY + SAMPLES))?,
            spectra: Resource::try_ring(2, || DeviceBuffer::new(device, SPECTRA * SPECTRUM))?,
            sums: Sums::new(world)?,
            f: world.kernels.f.clone(),
            x: world.kernels.x_add.clone(),
        })
    }

    /// Takes one frame from the antennas to the sums of its dump.
    #[gpu_pipeline]
    async fn correlate(
        &self,
        #[queue(self.up)] up: Queue,
        #[queue(self.sums.compute)] compute: Queue,
        #[updates(self.receiver)] receiver: Receiver,
        #[writes(self.h_samples)] h_samples: HostBuffer<f32>,
        #[writes(self.samples)] samples: DeviceBuffer<f32>,
        #[writes(self.spectra)] spectra: DeviceBuffer<Complex32>,
        #[updates(self.sums.sums)] sums: DeviceBuffer<Complex32>,
    ) -> Result<()> {
        #[stage(name = "receive")]
        receiver.receive_with_history(&mut h_samples).await;
        #[stage(name = "upload")]
        up.upload(&h_samples, &mut samples)?;
        #[stage(name = "F")]
        compute.launch(
            &self.f,
            SPECTRA,
            (&samples[..HISTORY], &samples[HISTORY..], &mut spectra),
        )?;
        #[stage(name = "X")]
        compute.launch(&self.x, PRODUCTS, (&spectra, &mut sums))?;
        Ok(())
    }
}

pub async fn run(world: &World, frames: usize) -> Result<()> {
    let correlator = Correlator::new(world)?;
    let mut jobs = Jobs::new(IN_FLIGHT);
    for frame in 0..frames {
        if frame % DUMP == 0 {
            jobs.push(correlator.sums.clear().boxed_local()).await?;
        }
        jobs.push(correlator.correlate().boxed_local()).await?;
        if frame % DUMP == DUMP - 1 {
            jobs.push(correlator.sums.dump().boxed_local()).await?;
        }
    }
    jobs.finish(0).await
}

pub fn plan() -> Plan {
    let times = [RECEIVE, UPLOAD_WITH_HISTORY, F, X];
    Sums::plan(Timed::new(Correlator::CORRELATE_SCHEDULE, times))
}
