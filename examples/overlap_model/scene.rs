//! What a scene is: a pipeline, or several, as the bound knows them and as they run.

use futures::future::BoxFuture;
use gpu_stages::bound::{Depths, Frame};
use gpu_stages::cpu::timing::Timing;
use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Queue, Simulation};
use gpu_stages::{JobQueue, Resource, Result};
use std::time::Duration;

pub trait Scene {
    /// What a frame does.
    fn frame(&self) -> Frame;

    /// Runs so many frames in virtual time; what they take.
    fn makespan(&self, depths: &Depths, frames: usize) -> Result<Duration>;
}

pub const fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// A device in virtual time that checks for hazards, and the depths of what is made on it.
pub struct World {
    pub simulation: Simulation,
    device: Device,
    depths: Depths,
}

impl World {
    pub fn new(timing: Timing, depths: &Depths) -> Self {
        let simulation = Simulation::timed(timing);
        let device = Device::builder().check_hazards(true);
        World {
            device: device.simulated(&simulation).build(),
            simulation,
            depths: depths.clone(),
        }
    }

    pub fn queue(&self) -> Result<Queue> {
        Queue::new(&self.device)
    }

    pub fn host(&self, name: &str, len: usize) -> Result<Resource<HostBuffer<f32>>> {
        Resource::try_ring(self.slots(name), || HostBuffer::new(&self.device, len))
    }

    pub fn buffer(&self, name: &str, len: usize) -> Result<Resource<DeviceBuffer<f32>>> {
        Resource::try_ring(self.slots(name), || DeviceBuffer::new(&self.device, len))
    }

    fn slots(&self, name: &str) -> usize {
        self.depths.of_resource(name).unwrap_or(1)
    }

    /// Runs frames, as many at a time as may be in flight, and returns the makespan.
    pub fn run(
        &self,
        frames: usize,
        frame: impl Fn(usize) -> BoxFuture<'static, Result<()>>,
    ) -> Result<Duration> {
        let mut jobs = JobQueue::new(self.depths.frames().unwrap_or(usize::MAX));
        self.simulation.block_on(async {
            for number in 0..frames {
                jobs.push(frame(number)).await?;
            }
            jobs.finish(0).await
        })?;
        self.device.assert_no_hazards();
        Ok(self.simulation.now())
    }
}
