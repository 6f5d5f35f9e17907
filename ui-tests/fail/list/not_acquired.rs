use gpu_stages::cpu::{DeviceBuffer, Queue};
use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn spread(
    #[queue] queues: [Queue],
    #[owns] own: [DeviceBuffer<f32>],
    #[writes] parts: [DeviceBuffer<f32>],
    values: [f32],
) -> Result<()> {
    queues.fill(&mut parts[0], values[0])?;
    queues.copy(&parts[0], &mut own[0])
}

fn main() {}
