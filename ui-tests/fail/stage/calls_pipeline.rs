use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Queue};
use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn clear(#[queue] queue: Queue, #[writes] x: DeviceBuffer<f32>) -> Result<()> {
    queue.fill(&mut x, 0.0)
}

#[gpu_pipeline]
async fn increment(#[updates] count: u64) -> Result<u64> {
    count += 1;
    Ok(count)
}

#[gpu_pipeline]
async fn on_device(
    #[queue] queue: Queue,
    #[writes] x: DeviceBuffer<f32>,
    #[writes] host: HostBuffer<f32>,
) -> Result<()> {
    clear(&queue, &x).await?;
    queue.download(&x, &mut host)
}

#[gpu_pipeline]
async fn on_host(#[updates] count: u64) -> Result<u64> {
    increment(&count).await?;
    Ok(count)
}

fn main() {}
