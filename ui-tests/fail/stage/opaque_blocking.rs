use gpu_stages::cpu::{DeviceBuffer, Queue};
use gpu_stages::{Result, gpu_pipeline};

fn foreign() {}

#[gpu_pipeline]
async fn get(
    #[queue] queue: Queue,
    #[updates] x: DeviceBuffer<u8>,
    #[updates] y: DeviceBuffer<u8>,
) -> Result<()> {
    #[stage(blocking, queue = queue, writes(x, y))]
    foreign();
    Ok(())
}

fn main() {}
