///
/// # Schedule
///
/// | stage | runs on | reads | writes | waits for |
/// |---|---|---|---|---|
/// | `stage 1` | host |  | `chunk` |  |
/// | `queue.upload` | queue `queue` | `chunk` | `device` |  |
fn send(
    queue: &Queue,
    chunk: HostBuffer<u8>,
    device: &::gpu_stages::Resource<DeviceBuffer<u8>>,
) -> impl ::core::future::Future<Output = Result<()>> + use<> {
    static __PIPELINE: ::gpu_stages::Pipeline = ::gpu_stages::Pipeline::new(
        "send",
        &[::gpu_stages::Stage::new("stage 1"), ::gpu_stages::Stage::new("queue.upload")],
    );
    let __call = __PIPELINE.call();
    let chunk = __call.own("chunk", chunk);
    let __held = __call.acquire((device.writes().named("device").on(queue),));
    let queue = ::core::clone::Clone::clone(queue);
    __call
        .clone()
        .run::<
            Result<()>,
            _,
        >(
            ::gpu_stages::Until::Complete,
            async move {
                use ::gpu_stages::WaitDevice as _;
                let (device,) = __held?;
                __call.enter(0);
                let mut chunk = chunk.wait_events().await?;
                (*chunk)[0] = 1;
                __call.enter(1);
                let (chunk, mut device) = (chunk, device).wait_device(&queue).await?;
                queue.upload(&(*chunk), &mut (*device))?;
                ::gpu_stages::CommandQueue::ready(&queue, (device,));
                ::gpu_stages::CommandQueue::flush(&queue);
                let __value = __call.returns::<Result<()>>(Ok(()));
                __value
            },
        )
}
