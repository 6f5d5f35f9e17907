//! Step 1: a loop. Each command is waited for before the next one is enqueued.

use crate::engines::{HISTORY, PRODUCTS, SAMPLES, SPECTRA, SPECTRUM};
use crate::world::World;
use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Queue};
use gpu_stages::{Resource, Result, Schedule, Stage, WaitDevice};
use num_complex::Complex32;

/// Names for the picture.
static STAGES: Schedule = Schedule::new(
    "by_hand",
    &[
        Stage::new("receive"),
        Stage::new("upload"),
        Stage::new("F"),
        Stage::new("X"),
        Stage::new("download"),
        Stage::new("send"),
    ],
);

pub async fn run(world: &World, frames: usize) -> Result<()> {
    let (device, kernels) = (&world.device, &world.kernels);
    let queue = Queue::new(device)?;
    let (mut receiver, mut sender) = (world.receiver(), world.sender());
    let h_samples = Resource::new(HostBuffer::new(device, HISTORY + SAMPLES)?);
    let samples = Resource::new(DeviceBuffer::new(device, HISTORY + SAMPLES)?);
    let spectra = Resource::new(DeviceBuffer::<Complex32>::new(device, SPECTRA * SPECTRUM)?);
    let products = Resource::new(DeviceBuffer::new(device, PRODUCTS)?);
    let h_products = Resource::new(HostBuffer::new(device, PRODUCTS)?);

    for _ in 0..frames {
        let call = STAGES.call();
        let (h_samples, samples, spectra, products, h_products) = call.acquire((
            h_samples.writes(),
            samples.writes(),
            spectra.writes(),
            products.writes(),
            h_products.writes(),
        ))?;

        call.enter(0);
        let mut h_samples = h_samples.wait_events().await?;
        receiver.receive_with_history(&mut h_samples).await;

        call.enter(1);
        let (h_samples, mut samples) = (h_samples, samples).wait_device(&queue).await?;
        queue.upload(&h_samples, &mut samples)?;
        queue.finish();
        h_samples.ready();

        call.enter(2);
        let mut spectra = spectra.wait_device(&queue).await?;
        let (before, new) = (samples.slice(..HISTORY), samples.slice(HISTORY..));
        queue.launch(&kernels.f, SPECTRA, (&before, &new, &mut *spectra))?;
        queue.finish();
        samples.ready();

        call.enter(3);
        let mut products = products.wait_device(&queue).await?;
        queue.launch(&kernels.x, PRODUCTS, (&*spectra, &mut *products))?;
        queue.finish();
        spectra.ready();

        call.enter(4);
        let mut h_products = h_products.wait_device(&queue).await?;
        queue.download(&products, &mut h_products)?;
        queue.finish();
        products.ready();

        call.enter(5);
        let h_products = h_products.wait_events().await?;
        sender.add(&h_products).await;
        h_products.ready();
    }
    Ok(())
}
