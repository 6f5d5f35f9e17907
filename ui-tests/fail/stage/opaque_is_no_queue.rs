use gpu_stages::cpu::DeviceBuffer;
use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn get(#[queue] queue: String, #[updates] x: DeviceBuffer<u8>) -> Result<()> {
    #[stage(queue = queue, writes(x))]
    {};
    Ok(())
}

fn main() {}
