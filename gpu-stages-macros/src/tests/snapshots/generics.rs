#[gpu_pipeline]
async fn copy<B: Backend, E, const N: usize>(
    #[queue] queue: Queue<B>,
    #[reads] from: DeviceBuffer<B, E>,
    #[writes] to: DeviceBuffer<B, E>,
) -> gpu_stages::Result<()>
where
    E: Element,
{
    queue.copy(&from, &mut to)
}
