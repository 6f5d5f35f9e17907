//! The talk's pipeline in virtual time, with stages that take whole milliseconds.

use gpu_stages::cpu::timing::{Cost, Timing};
use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Kernel, Queue, Simulation};
use gpu_stages::{JobQueue, Resource, Result, Schedule, gpu_pipeline};
use std::time::Duration;

/// Elements of each buffer.
const LEN: usize = 500;

/// Milliseconds that the stages of a frame take.
pub const STAGES: [u64; 5] = [1, 2, 3, 2, 1];
const FILL: u64 = STAGES[0];
const UPLOAD: u64 = STAGES[1];
const KERNEL: u64 = STAGES[2];
const DOWNLOAD: u64 = STAGES[3];
const REDUCE: u64 = STAGES[4];

/// So many milliseconds.
pub const fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

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
    value: f32,
) -> Result<f32> {
    #[stage(name = "fill")]
    {
        simulation.host_work(ms(FILL)).await;
        h_in.fill(value);
    }
    up.upload(&h_in, &mut d_in)?;
    compute.launch(&triple, d_in.len(), (&d_in, &mut d_out))?;
    down.download(&d_out, &mut h_out)?;
    #[stage(name = "reduce")]
    let result = {
        simulation.host_work(ms(REDUCE)).await;
        h_out[0]
    };
    Ok(result)
}

/// The schedule of a frame.
pub const SCHEDULE: Schedule = process_one::SCHEDULE;

/// The pipeline, and what it runs on.
#[derive(Debug)]
pub struct TimedTalk {
    /// Where the time passes.
    pub simulation: Simulation,
    queues: [Queue; 3],
    h_in: Resource<HostBuffer<f32>>,
    d_in: Resource<DeviceBuffer<f32>>,
    d_out: Resource<DeviceBuffer<f32>>,
    h_out: Resource<HostBuffer<f32>>,
    triple: Kernel,
}

impl TimedTalk {
    /// Rings of `slots` slots, on a device that takes as long as [`STAGES`] says.
    pub fn new(slots: usize) -> Self {
        let bytes = (LEN * size_of::<f32>()) as f64;
        let rate = |units: f64, count: u64| Cost::rate(units * 1e3 / count as f64, ms(0));
        let timing = Timing::new()
            .uploads(rate(bytes, UPLOAD))
            .downloads(rate(bytes, DOWNLOAD))
            .kernel("triple", rate(LEN as f64, KERNEL));
        let simulation = Simulation::timed(timing);
        let device = Device::builder()
            .check_hazards(true)
            .simulated(&simulation)
            .build();
        let host = || Resource::try_ring(slots, || HostBuffer::new(&device, LEN)).unwrap();
        let buffer = || Resource::try_ring(slots, || DeviceBuffer::new(&device, LEN)).unwrap();
        TimedTalk {
            queues: [(); 3].map(|()| Queue::new(&device).unwrap()),
            h_in: host(),
            d_in: buffer(),
            d_out: buffer(),
            h_out: host().named("result"),
            triple: Kernel::new("triple", |input: &[f32], output: &mut [f32]| {
                input.iter().zip(output).for_each(|(x, y)| *y = 3.0 * x);
            }),
            simulation,
        }
    }

    /// Runs `frames` frames, at most `in_flight` of them at a time, each made when there is a place for it.
    pub fn run(&self, frames: u16, in_flight: usize) {
        let all = async {
            let mut jobs = JobQueue::new(in_flight);
            for value in 0..frames {
                jobs.finish(in_flight - 1).await?;
                jobs.push(self.frame(value.into())).await?;
            }
            jobs.finish(0).await?;
            Result::<_>::Ok(std::iter::from_fn(|| jobs.pop()).collect())
        };
        let results: Vec<f32> = self.simulation.block_on(all).unwrap();
        let expected: Vec<f32> = (0..frames).map(|value| 3.0 * f32::from(value)).collect();
        assert_eq!(results, expected);
    }

    fn frame(&self, value: f32) -> impl Future<Output = Result<f32>> + use<> {
        let [up, compute, down] = &self.queues;
        let (h_in, d_in, d_out, h_out) = (&self.h_in, &self.d_in, &self.d_out, &self.h_out);
        let (triple, simulation) = (self.triple.clone(), self.simulation.clone());
        process_one(
            up, compute, down, h_in, d_in, d_out, h_out, triple, simulation, value,
        )
    }
}
