//! Step 7: the end of the previous frame is still on the device, in another slot of the ring. It is read there.

use crate::engines::{DUMP, HISTORY, PRODUCTS, SAMPLES, SPECTRA, SPECTRUM};
use crate::network::Receiver;
use crate::step_6_accumulate::{IN_FLIGHT, Jobs};
use crate::step_6_sums::Sums;
use crate::world::{F, Plan, RECEIVE, UPLOAD, World, X};
use futures::future::FutureExt;
use gpu_stages::bound::Timed;
use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Kernel, Queue};
use gpu_stages::{Resource, Result, gpu_pipeline};
use num_complex::Complex32;

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
            h_samples: Resource::try_ring(2, || HostBuffer::new(device, SAMPLES))?,
            // One slot more, for the previous frame.
            samples: Resource::try_ring(3, || DeviceBuffer::new(device, SAMPLES))?,
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
        // The newest version before this call's own. At first silence: buffers start zeroed.
        #[reads(self.samples)] before: DeviceBuffer<f32>,
        #[writes(self.samples)] samples: DeviceBuffer<f32>,
        #[writes(self.spectra)] spectra: DeviceBuffer<Complex32>,
        #[updates(self.sums.sums)] sums: DeviceBuffer<Complex32>,
    ) -> Result<()> {
        #[stage(name = "receive")]
        receiver.receive(&mut h_samples).await;
        #[stage(name = "upload")]
        up.upload(&h_samples, &mut samples)?;
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
    let times = [RECEIVE, UPLOAD, F, X];
    let correlate = Timed::new(Correlator::CORRELATE_SCHEDULE, times);
    let mut plan = Sums::plan(correlate.passing("before", "samples"));
    plan.depths = plan.depths.slots("samples", 3);
    plan
}
