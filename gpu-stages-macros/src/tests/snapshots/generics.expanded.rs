///
/// # Schedule
///
/// | # | stage      | runs on     | reads | writes | waits for                | on the queue    | releases |
/// |---|------------|-------------|-------|--------|--------------------------|-----------------|----------|
/// | 0 | queue.copy | queue queue | from  | to     | earlier calls (from, to) | barrier, marker | from, to |
fn copy<B: Backend, E, const N: usize>(
    queue: &Queue<B>,
    from: &::gpu_stages::Readable<DeviceBuffer<B, E>>,
    to: &::gpu_stages::Resource<DeviceBuffer<B, E>>,
) -> impl ::core::future::Future<Output = gpu_stages::Result<()>> + use<B, E, N>
where
    E: Element,
{
    let __call = copy::SCHEDULE.call();
    let __held = __call
        .acquire((
            from.reads().named("from").on(queue),
            to.writes().named("to").on(queue),
        ));
    let queue = ::core::clone::Clone::clone(queue);
    ::core::clone::Clone::clone(&__call)
        .run::<
            gpu_stages::Result<()>,
            _,
        >(
            ::gpu_stages::rt::Until::Complete,
            async move {
                use ::gpu_stages::WaitDevice as _;
                let (from, to) = __held?;
                __call.enter(0);
                let (from, mut to) = (from, to).wait_device(&queue).await?;
                #[allow(clippy::diverging_sub_expression)]
                let __value: gpu_stages::Result<()> = queue.copy(&(*from), &mut (*to));
                #[allow(unreachable_code)]
                let __value = __call.returns(__value);
                __value
            },
        )
}
/// The stages of `copy` and their synchronisation.
#[allow(non_camel_case_types)]
enum copy {}
impl copy {
    /// The stages of `copy` and their synchronisation.
    const SCHEDULE: ::gpu_stages::Schedule = ::gpu_stages::Schedule::new(
            "copy",
            &[
                ::gpu_stages::Stage::new("queue.copy")
                    .on("queue")
                    .reads(&["from"])
                    .writes(&["to"])
                    .waits(&["from", "to"])
                    .earlier(&["from", "to"])
                    .barrier()
                    .marker()
                    .ready(&["from", "to"]),
            ],
        )
        .queues(&["queue"])
        .reads(&["from"])
        .writes(&["to"]);
}
