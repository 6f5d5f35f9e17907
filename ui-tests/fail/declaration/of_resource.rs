use gpu_stages::cpu::{DeviceBuffer, Queue};
use gpu_stages::{Resource, Result, Version, gpu_pipeline};
use std::sync::Arc;

#[gpu_pipeline]
async fn fill(
    #[queue] queue: Queue,
    #[writes] a: Resource<DeviceBuffer<f32>>,
    #[writes] b: &Resource<DeviceBuffer<f32>>,
    #[writes] list: [Resource<DeviceBuffer<f32>>],
    #[reads] version: Version<DeviceBuffer<f32>>,
    #[updates] shared: Arc<Resource<DeviceBuffer<f32>>>,
) -> Result<()> {
    queue.fill(&mut a, 0.0)?;
    queue.copy(&version, &mut b)?;
    queue.fill(&mut list[0], 0.0)?;
    queue.fill(&mut shared, 0.0)
}

fn main() {}
