//! Ping-pong: each frame reads the state that the frame before has written, and writes the next one into the same
//! ring, while states before are downloaded and looked at.

use crate::scene::{Scene, World, ms};
use futures::future::BoxFuture;
use gpu_stages::bound::{Depths, Frame, Timed};
use gpu_stages::cpu::timing::{Cost, Timing};
use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Kernel, Queue, Simulation};
use gpu_stages::{Result, gpu_pipeline};
use std::time::Duration;

#[gpu_pipeline]
async fn step(
    #[queue] compute: Queue,
    #[queue] down: Queue,
    #[reads] before: DeviceBuffer<f32>,
    #[writes] state: DeviceBuffer<f32>,
    #[writes] host: HostBuffer<f32>,
    advance: Kernel,
    simulation: Simulation,
    number: usize,
) -> Result<()> {
    compute.launch(&advance, 1, (&before, &mut state))?;
    down.download(&state, &mut host)?;
    {
        simulation.host_work(ms(4)).await;
        assert_eq!(host[0], (number + 1) as f32);
    }
    Ok(())
}

/// Steps of 3 ms, downloads of 2 ms, and 4 ms for each look.
pub struct PingPong;

impl Scene for PingPong {
    fn frame(&self) -> Frame {
        Frame::of(Timed::new(step::SCHEDULE, [3, 2, 4].map(ms)).passing("before", "state"))
    }

    fn makespan(&self, depths: &Depths, frames: usize) -> Result<Duration> {
        let timing = Timing::new()
            .downloads(Cost::fixed(ms(2)))
            .other_kernels(Cost::fixed(ms(3)));
        let world = World::new(timing, depths);
        let (compute, down) = (world.queue()?, world.queue()?);
        let (state, host) = (world.buffer("state", 1)?, world.host("host", 1)?);
        let advance = Kernel::new("advance", |before: &[f32], state: &mut [f32]| {
            state[0] = before[0] + 1.0;
        });
        let simulation = world.simulation.clone();
        world.run(frames, move |number| -> BoxFuture<'static, _> {
            let (advance, on) = (advance.clone(), simulation.clone());
            Box::pin(step(
                &compute, &down, &state, &state, &host, advance, on, number,
            ))
        })
    }
}
