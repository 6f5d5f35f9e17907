//! Step 3: the same pipeline, several calls in flight.

use crate::step_2_pipeline::{self, Correlator};
use crate::world::{Plan, World};
use gpu_stages::{JobQueue, Result};

pub const IN_FLIGHT: usize = 4;

pub async fn run(world: &World, frames: usize) -> Result<()> {
    let correlator = Correlator::new(world)?;
    let mut jobs = JobQueue::new(IN_FLIGHT);
    for _ in 0..frames {
        jobs.push(correlator.correlate()).await?;
    }
    jobs.finish(0).await
}

pub fn plan() -> Plan {
    step_2_pipeline::plan(IN_FLIGHT)
}
