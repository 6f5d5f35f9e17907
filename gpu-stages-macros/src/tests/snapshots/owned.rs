#[gpu_pipeline]
async fn send(#[queue] queue: Queue, #[owns] chunk: HostBuffer<u8>, #[writes] device: DeviceBuffer<u8>) -> Result<()> {
    chunk[0] = 1;
    queue.upload(&chunk, &mut device)?;
    Ok(())
}
