use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Queue};
use gpu_stages::{DeviceVisible, Result, gpu_pipeline};

#[derive(DeviceVisible)]
struct Weights {
    dense: DeviceBuffer<f32>,
    #[device(skip)]
    shadow: HostBuffer<f32>,
}

#[gpu_pipeline]
async fn load(#[queue] queue: Queue, #[updates] weights: Weights) -> Result<usize> {
    queue.upload(&weights.shadow, &mut weights.dense)?;
    Ok(weights.shadow.len())
}

fn main() {}
