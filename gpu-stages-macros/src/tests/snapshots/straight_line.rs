/// Scales one frame by three on the device; returns its mean square.
#[gpu_pipeline]
pub async fn process_one(
    #[queue] up: Queue,
    #[queue] compute: Queue,
    #[queue] down: Queue,
    #[writes] h_in: HostBuffer<f32>,
    #[writes] d_in: DeviceBuffer<f32>,
    #[writes] d_out: DeviceBuffer<f32>,
    #[writes] h_out: HostBuffer<f32>,
    triple: Kernel,
    seed: u64,
) -> Result<f32> {
    fill_normal(seed, &mut h_in);
    up.upload(&h_in, &mut d_in)?;
    compute.launch(&triple, d_in.len(), (&d_in, &mut d_out))?;
    down.download(&d_out, &mut h_out)?;
    Ok(mean_square(&h_out))
}
