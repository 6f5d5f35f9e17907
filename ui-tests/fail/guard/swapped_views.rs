use gpu_stages::cpu::{DeviceBuffer, Queue};
use gpu_stages::{Resource, Result};

type Buffer = Resource<DeviceBuffer<f32>>;

async fn swap(queue: &Queue, a: &Buffer, b: &Buffer) -> Result<()> {
    let mut a = a.acquire_write()?.wait_device(queue).await?;
    let mut b = b.acquire_write()?.wait_device(queue).await?;
    std::mem::swap(&mut *a, &mut *b);
    Ok(())
}

fn main() {}
