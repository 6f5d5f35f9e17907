//! Two pipelines that read one resource: each frame is received once, and two analyses of it run side by side.

use crate::scene::{Scene, World, ms};
use futures::future::{BoxFuture, try_join3};
use gpu_stages::bound::{Depths, Frame, Timed};
use gpu_stages::cpu::timing::{Cost, Timing};
use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Kernel, Queue, Simulation};
use gpu_stages::{Resource, Result, gpu_pipeline};
use std::time::Duration;

#[gpu_pipeline]
async fn receive(
    #[queue] up: Queue,
    #[writes] h_in: HostBuffer<f32>,
    #[writes] d_in: DeviceBuffer<f32>,
    simulation: Simulation,
) -> Result<()> {
    {
        simulation.host_work(ms(2)).await;
        h_in.fill(1.0);
    }
    up.upload(&h_in, &mut d_in)
}

#[gpu_pipeline]
async fn analyse(
    #[queue] compute: Queue,
    #[queue] down: Queue,
    #[reads] d_in: DeviceBuffer<f32>,
    #[writes] d_out: DeviceBuffer<f32>,
    #[writes] h_out: HostBuffer<f32>,
    kernel: Kernel,
    simulation: Simulation,
) -> Result<()> {
    compute.launch(&kernel, 1, (&d_in, &mut d_out))?;
    down.download(&d_out, &mut h_out)?;
    {
        simulation.host_work(ms(1)).await;
        assert_eq!(h_out[0], 2.0);
    }
    Ok(())
}

/// A spectrum in 4 ms and a histogram in 3, on a device that runs two kernels at a time. What is downloaded shares
/// a queue.
pub struct Readers;

struct Analysis {
    compute: Queue,
    down: Queue,
    d_out: Resource<DeviceBuffer<f32>>,
    h_out: Resource<HostBuffer<f32>>,
    kernel: Kernel,
}

impl Analysis {
    fn new(world: &World, name: &str, down: &Queue) -> Result<Self> {
        Ok(Analysis {
            compute: world.queue()?,
            down: down.clone(),
            d_out: world.buffer(&format!("d_{name}"), 1)?,
            h_out: world.host(&format!("h_{name}"), 1)?,
            kernel: Kernel::new(name, |input: &[f32], output: &mut [f32]| {
                output[0] = input[0] + 1.0;
            }),
        })
    }
}

impl Scene for Readers {
    fn frame(&self) -> Frame {
        let analysis = |name: &str, time| {
            Timed::new(analyse::SCHEDULE, [time, 1, 1].map(ms))
                .passing("compute", name)
                .passing("d_out", &format!("d_{name}"))
                .passing("h_out", &format!("h_{name}"))
        };
        Frame::of(Timed::new(receive::SCHEDULE, [2, 2].map(ms)))
            .and(analysis("spectrum", 4))
            .and(analysis("histogram", 3))
    }

    fn makespan(&self, depths: &Depths, frames: usize) -> Result<Duration> {
        let timing = Timing::new()
            .uploads(Cost::fixed(ms(2)))
            .downloads(Cost::fixed(ms(1)))
            .kernel("spectrum", Cost::fixed(ms(4)))
            .kernel("histogram", Cost::fixed(ms(3)))
            .compute_engines(2);
        let world = World::new(timing, depths);
        let (up, down) = (world.queue()?, world.queue()?);
        let (h_in, d_in) = (world.host("h_in", 1)?, world.buffer("d_in", 1)?);
        let spectrum = Analysis::new(&world, "spectrum", &down)?;
        let histogram = Analysis::new(&world, "histogram", &down)?;
        let simulation = world.simulation.clone();
        world.run(frames, move |_| -> BoxFuture<'static, _> {
            let received = receive(&up, &h_in, &d_in, simulation.clone());
            let analysed = |it: &Analysis| {
                let (d_out, h_out, kernel) = (&it.d_out, &it.h_out, it.kernel.clone());
                analyse(
                    &it.compute,
                    &it.down,
                    &d_in,
                    d_out,
                    h_out,
                    kernel,
                    simulation.clone(),
                )
            };
            let (spectrum, histogram) = (analysed(&spectrum), analysed(&histogram));
            Box::pin(async move { try_join3(received, spectrum, histogram).await.map(drop) })
        })
    }
}
