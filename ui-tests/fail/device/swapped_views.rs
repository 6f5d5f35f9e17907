use gpu_stages::cpu::{DeviceBuffer, Kernel, Queue};
use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn iterate(
    #[queue] queue: Queue,
    #[updates] from: DeviceBuffer<f32>,
    #[updates] to: DeviceBuffer<f32>,
    #[updates] pair: (DeviceBuffer<f32>, DeviceBuffer<f32>),
    step: Kernel,
) -> Result<()> {
    for _ in 0..10 {
        queue.launch(&step, from.len(), (&from, &mut to))?;
        std::mem::swap(&mut from, &mut to);
    }
    for _ in 0..10 {
        queue.launch(&step, from.len(), (&pair.0, &mut pair.1))?;
        let (first, second) = (&mut pair.0, &mut pair.1);
        std::mem::swap(first, second);
    }
    Ok(())
}

fn main() {}
