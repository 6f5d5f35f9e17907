//! All errors of a body are reported at once.

use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Kernel, Queue};
use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn process(
    #[queue] up: Queue,
    #[queue] down: Queue,
    #[reads] input: HostBuffer<f32>,
    #[writes] device: DeviceBuffer<f32>,
    #[writes] output: HostBuffer<f32>,
    #[updates] total: f32,
    kernel: Kernel,
    is_first: bool,
) -> Result<f32> {
    let first = &total;
    if is_first {
        up.upload(&input, &mut device)?;
    }
    up.launch(&kernel, device.len(), (&device, &mut device))?;
    down.download(&device, &mut output).await?;
    #[stage(blocking)]
    std::thread::spawn(move || total += output[0]);
    input.fill(0.0);
    input[0] = 1.0;
    Ok(*first)
}

fn main() {}
