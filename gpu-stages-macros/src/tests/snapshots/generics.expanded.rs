///
/// # Schedule
///
/// | stage | runs on | reads | writes | waits for |
/// |---|---|---|---|---|
/// | `queue.copy` | queue `queue` | `from` | `to` |  |
fn copy<B: Backend, E, const N: usize>(
    queue: &Queue<B>,
    from: &::gpu_stages::Source<DeviceBuffer<B, E>>,
    to: &::gpu_stages::Resource<DeviceBuffer<B, E>>,
) -> impl ::core::future::Future<Output = Result<()>> + use<B, E, N>
where
    E: Element,
{
    static __PIPELINE: ::gpu_stages::Pipeline = ::gpu_stages::Pipeline::new(
        "copy",
        &[::gpu_stages::Stage::new("queue.copy")],
    );
    let __call = __PIPELINE.call();
    let __held = __call
        .acquire((
            from.reads().named("from").on(queue),
            to.writes().named("to").on(queue),
        ));
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
                let (from, to) = __held?;
                __call.enter(0);
                let (from, mut to) = (from, to).wait_device(&queue).await?;
                let __value = __call
                    .returns::<Result<()>>(queue.copy(&(*from), &mut (*to)));
                __value
            },
        )
}
