use gpu_stages::cpu::{DeviceBuffer, Queue};
use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn fill(#[queue] queue: Queue, #[writes] buffer: DeviceBuffer<u8>) -> Result<u8> {
    queue.fill(&mut buffer, 0)?;
    let buffer = 1;
    let add = |queue: u8| queue + 1;
    Ok(add(buffer))
}

fn main() {}
