use gpu_stages::cpu::{DeviceBuffer, Queue};
use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn fill(
    #[queue] up: Queue,
    #[queue] down: Queue,
    #[writes] a: DeviceBuffer<u8>,
    #[writes] b: DeviceBuffer<u8>,
) -> Result<()> {
    up.fill(&mut a, 0)
}

fn main() {}
