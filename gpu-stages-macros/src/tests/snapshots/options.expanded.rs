///
/// # Schedule
///
/// | # | stage      | runs on     | reads | writes | waits for              | on the queue    | releases |
/// |---|------------|-------------|-------|--------|------------------------|-----------------|----------|
/// | 0 | queue.fill | queue queue |       | buffer | earlier calls (buffer) | barrier, marker | buffer   |
fn fill(
    queue: &Queue,
    buffer: &crate::some::library::Resource<DeviceBuffer<u8>>,
) -> impl ::core::future::Future<Output = Result<()>> + use<> {
    let __call = FILL.call();
    let __held = __call.acquire((buffer.writes().named("buffer").on(queue),));
    let queue = ::core::clone::Clone::clone(queue);
    ::core::clone::Clone::clone(&__call)
        .run::<
            Result<()>,
            _,
        >(
            crate::some::library::rt::Until::Enqueued,
            async move {
                let (buffer,) = __held?;
                __call.enter(0);
                let mut buffer = buffer.wait_device(&queue).await?;
                queue.fill(&mut (*buffer), 1)?;
                crate::some::library::CommandQueue::ready(&queue, (buffer,));
                crate::some::library::CommandQueue::flush(&queue);
                let __value: Result<()> = Ok(());
                let __value = __call.returns(__value);
                __value
            },
        )
}
/// The stages of `fill` and their synchronisation.
#[allow(dead_code)]
const FILL: crate::some::library::Schedule = crate::some::library::Schedule::new(
        "fill",
        &[
            crate::some::library::Stage::new("queue.fill")
                .on("queue")
                .writes(&["buffer"])
                .waits(&["buffer"])
                .earlier(&["buffer"])
                .barrier()
                .marker()
                .ready(&["buffer"])
                .flush(),
        ],
    )
    .queues(&["queue"])
    .writes(&["buffer"]);
