use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Kernel, Queue};
use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline(max_barriers = 2)]
async fn triple(
    #[queue] up: Queue,
    #[queue] compute: Queue,
    #[queue] down: Queue,
    #[reads] h_in: HostBuffer<f32>,
    #[writes] d_in: DeviceBuffer<f32>,
    #[writes] d_out: DeviceBuffer<f32>,
    #[writes] h_out: HostBuffer<f32>,
    kernel: Kernel,
) -> Result<f32> {
    up.upload(&h_in, &mut d_in)?;
    compute.launch(&kernel, d_in.len(), (&d_in, &mut d_out))?;
    down.download(&d_out, &mut h_out)?;
    Ok(h_out[0])
}

fn main() {
    // The function is there all the same.
    let _ = (triple, triple::SCHEDULE);
}
