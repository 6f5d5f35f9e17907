#[gpu_pipeline]
async fn sum(#[queue] queue: Queue, #[reads] parts: [DeviceBuffer<f32>], #[writes] total: DeviceBuffer<f32>, add: Kernel) -> Result<usize> {
    queue.fill(&mut total, 0.0)?;
    for i in 0..parts.len() {
        queue.launch(&add, total.len(), (&parts[i], &mut total))?;
    }
    Ok(parts.len())
}

#[gpu_pipeline]
async fn spread(#[queue] queue: Queue, #[updates] counts: [u64], #[writes] parts: [DeviceBuffer<f32>], value: f32) -> Result<()> {
    for count in counts.iter_mut() {
        *count += 1;
    }
    for part in &mut parts {
        queue.fill(part, value)?;
    }
    counts[0] += 1;
    Ok(())
}
