use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Queue};
use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn transfer(
    #[queue] queue: Queue,
    #[reads] from: HostBuffer<f32>,
    #[writes] device: DeviceBuffer<f32>,
    #[writes] pair: (DeviceBuffer<f32>, DeviceBuffer<f32>),
    #[writes] to: HostBuffer<f32>,
) -> Result<()> {
    queue.upload(&from, &device)?;
    queue.copy(&device, &pair.0)?;
    queue.fill(&pair.1, 0.0)?;
    queue.download(&device, &to[..2])
}

fn main() {}
