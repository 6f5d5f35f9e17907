use gpu_stages::cpu::{DeviceBuffer, Queue};
use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn all(
    #[stream] queue: Queue,
    #[input] a: DeviceBuffer<u8>,
    #[output] b: DeviceBuffer<u8>,
    #[inout] c: DeviceBuffer<u8>,
) -> Result<()> {
    queue.copy(&a, &mut b)?;
    queue.copy(&b, &mut c)
}

fn main() {}
