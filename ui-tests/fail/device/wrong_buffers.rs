use gpu_stages::cpu::{DeviceBuffer, Queue};
use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn copy(
    #[queue] queue: Queue,
    #[reads] a: DeviceBuffer<u32>,
    #[writes] x: DeviceBuffer<f32>,
    #[writes] y: DeviceBuffer<u32>,
) -> Result<()> {
    queue.copy(&a, &mut x)?;
    queue.upload(&a, &mut y)?;
    queue.fill(&mut x, "zero")?;
    queue.fill(&mut y, 0)
}

fn main() {}
