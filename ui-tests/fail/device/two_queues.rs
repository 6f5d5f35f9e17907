use gpu_stages::cpu::{DeviceBuffer, Queue};
use gpu_stages::{Result, gpu_pipeline};

fn sync(_: &Queue, _: &Queue) {}

#[gpu_pipeline]
async fn copy(
    #[queue] a: Queue,
    #[queue] b: Queue,
    #[writes] x: DeviceBuffer<u8>,
    #[writes] y: DeviceBuffer<u8>,
) -> Result<()> {
    {
        a.fill(&mut x, 0)?;
        b.copy(&x, &mut y)?;
    }
    sync(&a, &b);
    Ok(())
}

fn main() {}
