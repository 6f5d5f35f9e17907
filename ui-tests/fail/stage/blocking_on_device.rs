use gpu_stages::cpu::{DeviceBuffer, Queue};
use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn fill(#[queue] queue: Queue, #[writes] x: DeviceBuffer<u8>) -> Result<()> {
    #[stage(blocking)]
    queue.fill(&mut x, 0)?;
    Ok(())
}

fn main() {}
