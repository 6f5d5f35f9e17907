//! Step 4: a queue each for uploads, kernels and downloads.

use crate::engines::{HISTORY, PRODUCTS, SAMPLES, SPECTRA, SPECTRUM};
use crate::network::{Receiver, Sender};
use crate::step_3_in_flight::IN_FLIGHT;
use crate::world::{DOWNLOAD, F, Plan, RECEIVE, SEND, UPLOAD_WITH_HISTORY, World, X};
use gpu_stages::bound::{Depths, Frame, Timed};
use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Kernel, Queue};
use gpu_stages::{JobQueue, Resource, Result, gpu_pipeline};
use num_complex::Complex32;

/// What the frames share.
pub struct Correlator {
    up: Queue,
    compute: Queue,
    down: Queue,
    receiver: Resource<Receiver>,
    h_samples: Resource<HostBuffer<f32>>,
    samples: Resource<DeviceBuffer<f32>>,
    spectra: Resource<DeviceBuffer<Complex32>>,
    products: Resource<DeviceBuffer<Complex32>>,
    h_products: Resource<HostBuffer<Complex32>>,
    sender: Resource<Sender>,
    f: Kernel,
    x: Kernel,
}

impl Correlator {
    /// With so many slots of each buffer.
    pub fn new(world: &World, slots: usize) -> Result<Self> {
        let device = &world.device;
        Ok(Correlator {
            up: Queue::new(device)?,
            compute: Queue::new(device)?,
            down: Queue::new(device)?,
            receiver: Resource::new(world.receiver()),
            h_samples: Resource::try_ring(slots, || HostBuffer::new(device, HISTORY + SAMPLES))?,
            samples: Resource::try_ring(slots, || DeviceBuffer::new(device, HISTORY + SAMPLES))?,
            spectra: Resource::try_ring(slots, || DeviceBuffer::new(device, SPECTRA * SPECTRUM))?,
            products: Resource::try_ring(slots, || DeviceBuffer::new(device, PRODUCTS))?,
            h_products: Resource::try_ring(slots, || HostBuffer::new(device, PRODUCTS))?,
            sender: Resource::new(world.sender()),
            f: world.kernels.f.clone(),
            x: world.kernels.x.clone(),
        })
    }

    /// Takes one frame from the antennas to the dump that it is added to.
    #[gpu_pipeline]
    async fn correlate(
        &self,
        #[queue(self.up)] up: Queue,
        #[queue(self.compute)] compute: Queue,
        #[queue(self.down)] down: Queue,
        #[updates(self.receiver)] receiver: Receiver,
        #[writes(self.h_samples)] h_samples: HostBuffer<f32>,
        #[writes(self.samples)] samples: DeviceBuffer<f32>,
        #[writes(self.spectra)] spectra: DeviceBuffer<Complex32>,
        #[writes(self.products)] products: DeviceBuffer<Complex32>,
        #[writes(self.h_products)] h_products: HostBuffer<Complex32>,
        #[updates(self.sender)] sender: Sender,
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
        compute.launch(&self.x, PRODUCTS, (&spectra, &mut products))?;
        #[stage(name = "download")]
        down.download(&products, &mut h_products)?;
        #[stage(name = "send")]
        sender.add(&h_products).await;
        Ok(())
    }

    /// Frames, as many of them in flight as may be.
    pub async fn run(&self, frames: usize) -> Result<()> {
        let mut jobs = JobQueue::new(IN_FLIGHT);
        for _ in 0..frames {
            jobs.push(self.correlate()).await?;
        }
        jobs.finish(0).await
    }
}

pub async fn run(world: &World, frames: usize) -> Result<()> {
    Correlator::new(world, 1)?.run(frames).await
}

/// With so many slots of each buffer.
pub fn plan(slots: usize) -> Plan {
    let times = [RECEIVE, UPLOAD_WITH_HISTORY, F, X, DOWNLOAD, SEND];
    Plan {
        frame: Frame::of(Timed::new(Correlator::CORRELATE_SCHEDULE, times)),
        depths: Depths::of(slots).in_flight(IN_FLIGHT),
        frames: 1,
    }
}
