#[gpu_pipeline]
async fn facts(#[queue] queue: Queue, #[writes] device: DeviceBuffer<f32>, #[reads] host: Vec<f32>, kernel: Kernel) -> Result<usize> {
    let total = device.len();
    queue.launch(&kernel, device.len(), (&mut device,))?;
    if device.is_empty() || host.is_empty() {
        return Ok(0);
    }
    Ok(total + device.len())
}
