use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Queue};
use gpu_stages::{Resource, Result, gpu_pipeline};

#[gpu_pipeline]
async fn download(
    #[queue] queue: Queue,
    #[writes] host: HostBuffer<f32>,
    device: DeviceBuffer<f32>,
    other: &Resource<DeviceBuffer<f32>>,
) -> Result<f32> {
    queue.download(&device, &mut host)?;
    queue.download(&other, &mut host)?;
    Ok(host[0])
}

#[gpu_pipeline]
async fn fill(#[writes] device: DeviceBuffer<f32>, queue: Queue) -> Result<()> {
    queue.fill(&mut device, 0.0)
}

fn main() {}
