use gpu_stages::cpu::{DeviceBuffer, Queue};
use gpu_stages::{DeviceVisible, Result, gpu_pipeline};

#[derive(DeviceVisible)]
struct Weights {
    dense: DeviceBuffer<f32>,
}

#[gpu_pipeline]
async fn clear(#[queue] queue: Queue, #[updates] weights: Weights) -> Result<()> {
    queue.fill(&mut weights, 0.0)
}

fn main() {}
