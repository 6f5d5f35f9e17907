use gpu_stages::cpu::{DeviceBuffer, Queue};
use gpu_stages::{Result, gpu_pipeline};

fn foreign() {}

#[gpu_pipeline]
async fn get(#[queue] queue: Queue, #[reads] x: DeviceBuffer<u8>) -> Result<()> {
    #[stage(queue = queue, writes(x))]
    foreign();
    Ok(())
}

fn main() {}
