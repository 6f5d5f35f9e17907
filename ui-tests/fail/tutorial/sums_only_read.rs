use gpu_stages::cpu::{DeviceBuffer, Kernel, Queue};
use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn add(
    #[queue] compute: Queue,
    #[reads] spectra: DeviceBuffer<f32>,
    #[reads] sums: DeviceBuffer<f32>,
    x: Kernel,
) -> Result<()> {
    compute.launch(&x, sums.len(), (&spectra, &mut sums))?;
    Ok(())
}

fn main() {}
