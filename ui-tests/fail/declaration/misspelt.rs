use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Queue};
use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn all(
    #[queues] queue: Queue,
    #[read] a: HostBuffer<u8>,
    #[write] b: DeviceBuffer<u8>,
    #[update] c: u8,
    #[own] d: u8,
) -> Result<u8> {
    queue.upload(&a, &mut b)?;
    c += d;
    Ok(c)
}

fn main() {}
