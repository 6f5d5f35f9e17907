//! Step 5: two slots of each buffer.

use crate::step_4_queues::{self, Correlator};
use crate::world::{Plan, World};
use gpu_stages::Result;

const SLOTS: usize = 2;

pub async fn run(world: &World, frames: usize) -> Result<()> {
    Correlator::new(world, SLOTS)?.run(frames).await
}

pub fn plan() -> Plan {
    step_4_queues::plan(SLOTS)
}
