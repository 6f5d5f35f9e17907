use gpu_stages::cpu::{DeviceBuffer, Queue};
use gpu_stages::{Result, gpu_pipeline};

async fn enqueue(_: &Queue) {}

#[gpu_pipeline]
async fn fill(#[queue] queue: Queue, #[writes] x: DeviceBuffer<u8>) -> Result<()> {
    enqueue(&queue).await;
    queue.fill(&mut x, std::future::ready(0).await)?;
    Ok(())
}

fn main() {}
