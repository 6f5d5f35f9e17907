use gpu_stages::cpu::{DeviceBuffer, Queue};
use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn fill(#[queue] queue: Queue, #[writes] x: DeviceBuffer<f32>) -> Result<()> {
    queue.fill(&mut x, 0.0)?;
    queue.finish();
    Ok(())
}

fn main() {}
