use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Queue};
use gpu_stages::{Result, gpu_pipeline};

fn fill(samples: &mut [f32]) {
    samples.fill(1.0);
}

#[gpu_pipeline]
async fn upload(
    #[queue] queue: Queue,
    #[writes] host: HostBuffer<f32>,
    #[writes] device: DeviceBuffer<f32>,
) -> Result<()> {
    for _ in 0..2 {
        fill(&mut host);
        queue.upload(&host, &mut device)?;
    }
    Ok(())
}

fn main() {}
