///
/// # Schedule
///
/// | # | stage        | runs on     | reads | writes | waits for              | on the queue    | releases |
/// |---|--------------|-------------|-------|--------|------------------------|-----------------|----------|
/// | 0 | stage 1      | host        |       | chunk  |                        |                 |          |
/// | 1 | queue.upload | queue queue | chunk | device | earlier calls (device) | barrier, marker | device   |
fn send(
    queue: &Queue,
    chunk: HostBuffer<u8>,
    device: &::gpu_stages::Resource<DeviceBuffer<u8>>,
) -> impl ::core::future::Future<Output = Result<()>> + use<> {
    let __call = send::SCHEDULE.call();
    let chunk = __call.own("chunk", chunk);
    let __held = __call.acquire((device.writes().named("device").on(queue),));
    let queue = ::core::clone::Clone::clone(queue);
    ::core::clone::Clone::clone(&__call)
        .run::<
            Result<()>,
            _,
        >(
            ::gpu_stages::rt::Until::Complete,
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
                let __value: Result<()> = Ok(());
                let __value = __call.returns(__value);
                __value
            },
        )
}
/// The stages of `send` and their synchronisation.
#[allow(non_camel_case_types)]
enum send {}
impl send {
    /// The stages of `send` and their synchronisation.
    const SCHEDULE: ::gpu_stages::Schedule = ::gpu_stages::Schedule::new(
            "send",
            &[
                ::gpu_stages::Stage::new("stage 1").writes(&["chunk"]).waits(&["chunk"]),
                ::gpu_stages::Stage::new("queue.upload")
                    .on("queue")
                    .reads(&["chunk"])
                    .writes(&["device"])
                    .waits(&["chunk", "device"])
                    .earlier(&["device"])
                    .barrier()
                    .marker()
                    .ready(&["device"])
                    .flush(),
            ],
        )
        .queues(&["queue"])
        .writes(&["device"])
        .owns(&["chunk"]);
}
