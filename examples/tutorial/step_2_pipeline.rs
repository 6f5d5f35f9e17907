//! Step 2: the same lines as a pipeline, one call at a time.

use crate::engines::{HISTORY, PRODUCTS, SAMPLES, SPECTRA, SPECTRUM};
use crate::network::{Receiver, Sender};
use crate::world::{DOWNLOAD, F, Plan, RECEIVE, SEND, UPLOAD_WITH_HISTORY, World, X};
use gpu_stages::bound::{Depths, Frame, Timed};
use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Kernel, Queue};
use gpu_stages::{Resource, Result, gpu_pipeline};
use num_complex::Complex32;

/// What the frames share.
pub struct Correlator {
    queue: Queue,
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
    pub fn new(world: &World) -> Result<Self> {
        let device = &world.device;
        Ok(Correlator {
            queue: Queue::new(device)?,
            receiver: Resource::new(world.receiver()),
            h_samples: Resource::new(HostBuffer::new(device, HISTORY + SAMPLES)?),
            samples: Resource::new(DeviceBuffer::new(device, HISTORY + SAMPLES)?),
            spectra: Resource::new(DeviceBuffer::new(device, SPECTRA * SPECTRUM)?),
            products: Resource::new(DeviceBuffer::new(device, PRODUCTS)?),
            h_products: Resource::new(HostBuffer::new(device, PRODUCTS)?),
            sender: Resource::new(world.sender()),
            f: world.kernels.f.clone(),
            x: world.kernels.x.clone(),
        })
    }

    /// Takes one frame from the antennas to the dump that it is added to.
    #[gpu_pipeline]
    pub async fn correlate(
        &self,
        #[queue(self.queue)] queue: Queue,
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
        queue.upload(&h_samples, &mut samples)?;
        #[stage(name = "F")]
        queue.launch(
            &self.f,
            SPECTRA,
            (&samples[..HISTORY], &samples[HISTORY..], &mut spectra),
        )?;
        #[stage(name = "X")]
        queue.launch(&self.x, PRODUCTS, (&spectra, &mut products))?;
        #[stage(name = "download")]
        queue.download(&products, &mut h_products)?;
        #[stage(name = "send")]
        sender.add(&h_products).await;
        Ok(())
    }
}

pub async fn run(world: &World, frames: usize) -> Result<()> {
    let correlator = Correlator::new(world)?;
    for _ in 0..frames {
        correlator.correlate().await?;
    }
    Ok(())
}

/// One slot of each resource, and so many frames in flight.
pub fn plan(in_flight: usize) -> Plan {
    let times = [RECEIVE, UPLOAD_WITH_HISTORY, F, X, DOWNLOAD, SEND];
    Plan {
        frame: Frame::of(Timed::new(Correlator::CORRELATE_SCHEDULE, times)),
        depths: Depths::of(1).in_flight(in_flight),
        frames: 1,
    }
}
