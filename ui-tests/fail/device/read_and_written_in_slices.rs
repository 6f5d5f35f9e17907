use gpu_stages::cpu::{DeviceBuffer, Queue};
use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn shift(
    #[queue] queue: Queue,
    #[updates] x: DeviceBuffer<u8>,
    #[updates] list: Vec<DeviceBuffer<u8>>,
    i: usize,
) -> Result<()> {
    queue.copy(&x[..4], &mut x[4..])?;
    queue.copy(&list[0], &mut list[0])?;
    queue.copy(&list[0], &mut list[i])
}

fn main() {}
