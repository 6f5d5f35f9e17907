//! Frames that overlap, as in the example `overlap`: a filter reads a frame and the one before, whose version is pinned
//! until then.

use crate::scene::{Scene, World, ms};
use futures::future::{BoxFuture, try_join};
use gpu_stages::bound::{Depths, Frame, Timed};
use gpu_stages::cpu::timing::{Cost, Timing};
use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Kernel, Queue, Simulation};
use gpu_stages::{Result, gpu_pipeline};
use std::time::Duration;

#[gpu_pipeline]
async fn receive(
    #[queue] up: Queue,
    #[writes] received: HostBuffer<f32>,
    #[writes] signal: DeviceBuffer<f32>,
    simulation: Simulation,
    number: usize,
) -> Result<()> {
    {
        simulation.host_work(ms(1)).await;
        received.fill((number + 1) as f32);
    }
    up.upload(&received, &mut signal)
}

#[gpu_pipeline]
async fn filter(
    #[queue] compute: Queue,
    #[queue] down: Queue,
    #[reads] before: DeviceBuffer<f32>,
    #[reads] signal: DeviceBuffer<f32>,
    #[writes] filtered: DeviceBuffer<f32>,
    #[writes] result: HostBuffer<f32>,
    fir: Kernel,
    simulation: Simulation,
    number: usize,
) -> Result<()> {
    compute.launch(&fir, 1, (&before, &signal, &mut filtered))?;
    down.download(&filtered, &mut result)?;
    {
        simulation.host_work(ms(2)).await;
        assert_eq!(result[0], (2 * number + 1) as f32);
    }
    Ok(())
}

/// 1 ms to receive, 2 to upload, 3 to filter, 1 to download, 2 for the result.
pub struct Filter;

impl Scene for Filter {
    fn frame(&self) -> Frame {
        let filter = Timed::new(filter::SCHEDULE, [3, 1, 2].map(ms));
        Frame::of(Timed::new(receive::SCHEDULE, [1, 2].map(ms)))
            .and(filter.passing_earlier("before", "signal", 1))
    }

    fn makespan(&self, depths: &Depths, frames: usize) -> Result<Duration> {
        let timing = Timing::new()
            .uploads(Cost::fixed(ms(2)))
            .downloads(Cost::fixed(ms(1)))
            .other_kernels(Cost::fixed(ms(3)));
        let world = World::new(timing, depths);
        let (up, compute, down) = (world.queue()?, world.queue()?, world.queue()?);
        let (received, signal) = (world.host("received", 1)?, world.buffer("signal", 1)?);
        let (filtered, result) = (world.buffer("filtered", 1)?, world.host("result", 1)?);
        let fir = Kernel::new("fir", |before: &[f32], signal: &[f32], out: &mut [f32]| {
            out[0] = before[0] + signal[0];
        });
        let on = world.simulation.clone();
        world.run(frames, move |number| -> BoxFuture<'static, _> {
            let before = signal.pin();
            let receive = receive(&up, &received, &signal, on.clone(), number);
            let (fir, on) = (fir.clone(), on.clone());
            let filter = filter(
                &compute, &down, &before, &signal, &filtered, &result, fir, on, number,
            );
            Box::pin(async move { try_join(receive, filter).await.map(drop) })
        })
    }
}
