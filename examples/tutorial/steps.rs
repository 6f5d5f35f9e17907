//! The steps by their numbers.

use crate::world::{Plan, World};
use crate::{step_1_loop, step_2_pipeline, step_3_in_flight, step_4_queues};
use crate::{step_5_rings, step_6_accumulate, step_7_versions, step_8_door};
use gpu_stages::Result;

pub const TITLES: [&str; 8] = [
    "1, a loop",
    "2, a pipeline, one call at a time",
    "3, four calls in flight",
    "4, a queue each",
    "5, two slots each",
    "6, sums on the device",
    "7, the frame before on the device",
    "8, a door",
];

/// How many frames a picture shows: fewer where they are longer.
pub fn drawn(step: usize) -> usize {
    if step <= 3 { 4 } else { 8 }
}

/// Runs so many frames; the numbers of those that are in the dumps.
pub async fn run(step: usize, world: &World, frames: usize) -> Result<Vec<usize>> {
    match step {
        1 => step_1_loop::run(world, frames).await?,
        2 => step_2_pipeline::run(world, frames).await?,
        3 => step_3_in_flight::run(world, frames).await?,
        4 => step_4_queues::run(world, frames).await?,
        5 => step_5_rings::run(world, frames).await?,
        6 => step_6_accumulate::run(world, frames).await?,
        7 => step_7_versions::run(world, frames).await?,
        _ => return step_8_door::run(world, frames).await,
    }
    Ok((0..frames).collect())
}

/// The stages and times for the bound. A loop has no schedule, and dropped frames have no period.
pub fn plan(step: usize) -> Option<Plan> {
    match step {
        2 => Some(step_2_pipeline::plan(1)),
        3 => Some(step_3_in_flight::plan()),
        4 => Some(step_4_queues::plan(1)),
        5 => Some(step_5_rings::plan()),
        6 => Some(step_6_accumulate::plan()),
        7 => Some(step_7_versions::plan()),
        _ => None,
    }
}
