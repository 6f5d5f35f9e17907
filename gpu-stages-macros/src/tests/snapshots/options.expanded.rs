///
/// # Schedule
///
/// | stage | runs on | reads | writes | waits for |
/// |---|---|---|---|---|
/// | `queue.fill` | queue `queue` |  | `buffer` |  |
fn fill(
    queue: &Queue,
    buffer: &::some::library::Resource<DeviceBuffer<u8>>,
) -> impl ::core::future::Future<Output = Result<()>> + use<> {
    static __PIPELINE: ::some::library::Pipeline = ::some::library::Pipeline::new(
        "fill",
        &[::some::library::Stage::new("queue.fill")],
    );
    let __call = __PIPELINE.call();
    let __held = __call.acquire((buffer.writes().named("buffer").on(queue),));
    let queue = ::core::clone::Clone::clone(queue);
    __call
        .clone()
        .run::<
            Result<()>,
            _,
        >(
            ::some::library::Until::Enqueued,
            async move {
                let (buffer,) = __held?;
                __call.enter(0);
                let mut buffer = buffer.wait_device(&queue).await?;
                queue.fill(&mut (*buffer), 1)?;
                ::some::library::CommandQueue::ready(&queue, (buffer,));
                ::some::library::CommandQueue::flush(&queue);
                let __value = __call.returns::<Result<()>>(Ok(()));
                __value
            },
        )
}
