#[gpu_pipeline(until = enqueued, max_barriers = 1, schedule = FILL, crate = crate::some::library)]
async fn fill(#[queue] queue: Queue, #[writes] buffer: DeviceBuffer<u8>) -> Result<()> {
    queue.fill(&mut buffer, 1)?;
    Ok(())
}
