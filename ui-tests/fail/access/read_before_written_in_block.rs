use gpu_stages::cpu::{DeviceBuffer, Queue};
use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn turn(
    #[queue] queue: Queue,
    #[writes] a: DeviceBuffer<u8>,
    #[writes] b: DeviceBuffer<u8>,
) -> Result<()> {
    for _ in 0..2 {
        queue.copy(&a, &mut b)?;
        queue.copy(&b, &mut a)?;
    }
    Ok(())
}

fn main() {}
