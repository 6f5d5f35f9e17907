//! The talk's pipeline: fill, upload, compute, download, reduce.

use crate::scene::{Scene, World, ms};
use futures::future::BoxFuture;
use gpu_stages::bound::{Depths, Frame, Timed};
use gpu_stages::cpu::timing::{Cost, Timing};
use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Kernel, Queue, Simulation};
use gpu_stages::{Resource, Result, gpu_pipeline};
use std::time::Duration;

/// On three queues.
#[gpu_pipeline]
async fn process_one(
    #[queue] up: Queue,
    #[queue] compute: Queue,
    #[queue] down: Queue,
    #[writes] h_in: HostBuffer<f32>,
    #[writes] d_in: DeviceBuffer<f32>,
    #[writes] d_out: DeviceBuffer<f32>,
    #[writes] h_out: HostBuffer<f32>,
    triple: Kernel,
    simulation: Simulation,
    times: [Duration; 5],
) -> Result<()> {
    {
        simulation.host_work(times[0]).await;
        h_in.fill(1.0);
    }
    up.upload(&h_in, &mut d_in)?;
    compute.launch(&triple, d_in.len(), (&d_in, &mut d_out))?;
    down.download(&d_out, &mut h_out)?;
    {
        simulation.host_work(times[4]).await;
        assert_eq!(h_out[0], 3.0);
    }
    Ok(())
}

/// On one queue.
#[gpu_pipeline]
async fn process_in_order(
    #[queue] queue: Queue,
    #[writes] h_in: HostBuffer<f32>,
    #[writes] d_in: DeviceBuffer<f32>,
    #[writes] d_out: DeviceBuffer<f32>,
    #[writes] h_out: HostBuffer<f32>,
    triple: Kernel,
    simulation: Simulation,
    times: [Duration; 5],
) -> Result<()> {
    {
        simulation.host_work(times[0]).await;
        h_in.fill(1.0);
    }
    queue.upload(&h_in, &mut d_in)?;
    queue.launch(&triple, d_in.len(), (&d_in, &mut d_out))?;
    queue.download(&d_out, &mut h_out)?;
    {
        simulation.host_work(times[4]).await;
        assert_eq!(h_out[0], 3.0);
    }
    Ok(())
}

/// The pipeline with these times, on three queues or one.
pub struct Talk {
    pub queues: usize,
    pub times: [Duration; 5],
    /// Whether uploads and downloads share a copy engine.
    pub one_copy_engine: bool,
    /// Threads of the host, if they are few.
    pub host_threads: Option<usize>,
}

impl Talk {
    /// 1 ms to fill, 2 to upload, 3 to compute, 2 to download, 1 to reduce.
    pub fn on(queues: usize) -> Self {
        Talk {
            queues,
            times: [1, 2, 3, 2, 1].map(ms),
            one_copy_engine: false,
            host_threads: None,
        }
    }

    fn timing(&self) -> Timing {
        let timing = Timing::new()
            .uploads(Cost::fixed(self.times[1]))
            .other_kernels(Cost::fixed(self.times[2]))
            .downloads(Cost::fixed(self.times[3]));
        let timing = match self.host_threads {
            Some(threads) => timing.host_threads(threads),
            None => timing,
        };
        if self.one_copy_engine {
            timing.one_copy_engine()
        } else {
            timing
        }
    }
}

struct Buffers {
    queues: Vec<Queue>,
    h_in: Resource<HostBuffer<f32>>,
    d_in: Resource<DeviceBuffer<f32>>,
    d_out: Resource<DeviceBuffer<f32>>,
    h_out: Resource<HostBuffer<f32>>,
    triple: Kernel,
}

impl Scene for Talk {
    fn frame(&self) -> Frame {
        let schedule = match self.queues {
            1 => process_in_order::SCHEDULE,
            _ => process_one::SCHEDULE,
        };
        let mut frame = Frame::of(Timed::new(schedule, self.times));
        if self.one_copy_engine {
            frame = frame.sharing("copy engine", &["up", "down"], 1);
        }
        match self.host_threads {
            Some(threads) => frame.host_threads(threads),
            None => frame,
        }
    }

    fn makespan(&self, depths: &Depths, frames: usize) -> Result<Duration> {
        let world = World::new(self.timing(), depths);
        let buffers = Buffers {
            queues: (0..self.queues)
                .map(|_| world.queue())
                .collect::<Result<_>>()?,
            h_in: world.host("h_in", 1)?,
            d_in: world.buffer("d_in", 1)?,
            d_out: world.buffer("d_out", 1)?,
            h_out: world.host("h_out", 1)?,
            triple: Kernel::new("triple", |input: &[f32], output: &mut [f32]| {
                input.iter().zip(output).for_each(|(x, y)| *y = 3.0 * x);
            }),
        };
        let (simulation, times) = (world.simulation.clone(), self.times);
        world.run(frames, move |_| buffers.frame(&simulation, times))
    }
}

impl Buffers {
    fn frame(&self, on: &Simulation, times: [Duration; 5]) -> BoxFuture<'static, Result<()>> {
        let (h_in, d_in, d_out, h_out) = (&self.h_in, &self.d_in, &self.d_out, &self.h_out);
        let (triple, on) = (self.triple.clone(), on.clone());
        match self.queues.as_slice() {
            [up, compute, down] => Box::pin(process_one(
                up, compute, down, h_in, d_in, d_out, h_out, triple, on, times,
            )),
            queues => Box::pin(process_in_order(
                &queues[0], h_in, d_in, d_out, h_out, triple, on, times,
            )),
        }
    }
}
