use gpu_stages::cpu::{DeviceBuffer, Queue};
use gpu_stages::{Resource, Result};

async fn keep(queue: &Queue, pair: &Resource<[DeviceBuffer<f32>; 2]>) -> Result<()> {
    let mut pair = pair.acquire_write()?.wait_device(queue).await?;
    let [first, second] = pair.views_mut();
    pair.ready();
    queue.copy(first, second)
}

fn main() {}
