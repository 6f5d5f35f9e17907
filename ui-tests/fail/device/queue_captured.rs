use gpu_stages::cpu::{DeviceBuffer, Queue};
use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn fill(#[queue] queue: Queue, #[writes] x: DeviceBuffer<u8>) -> Result<()> {
    (0..4).try_for_each(|i| queue.fill(&mut x, i))?;
    let later = async { queue.flush() };
    later.await;
    Ok(())
}

fn main() {}
