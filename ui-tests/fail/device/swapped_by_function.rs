use gpu_stages::cpu::{DeviceBuffer, Queue};
use gpu_stages::{Result, gpu_pipeline};

fn exchange<T>(first: &mut T, second: &mut T) {
    std::mem::swap(first, second);
}

#[gpu_pipeline]
async fn fill(
    #[queue] queue: Queue,
    #[writes] pair: (DeviceBuffer<f32>, DeviceBuffer<f32>),
) -> Result<()> {
    queue.fill(&mut pair.0, 0.0)?;
    #[stage(queue = queue, writes(pair))]
    exchange(&mut pair.0, &mut pair.1);
    Ok(())
}

fn main() {}
