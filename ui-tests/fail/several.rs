//! All errors of a function are reported at once.

use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Kernel, Queue};
use gpu_stages::gpu_pipeline;

#[gpu_pipeline(until = done)]
async fn process(
    #[queue] up: Queue,
    #[queue] down: Queue,
    #[write] h_in: HostBuffer<f32>,
    #[writes] d_in: &DeviceBuffer<f32>,
    #[reads] d_out: DeviceBuffer<f32>,
    #[updates] unused: Vec<f32>,
    triple: Kernel,
) {
    h_in.fill(1.0);
    up.upload(&h_in, &mut d_in).await?;
    let queue = up.clone();
    queue.launch(&triple, d_in.len(), (&d_in, &mut d_out))?;
    for _ in 0..2 {
        down.download(&d_out, &mut h_in)?;
        println!("{}", h_in[0]);
    }
    Ok(h_in)
}

fn main() {}
