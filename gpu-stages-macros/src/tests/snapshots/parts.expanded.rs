///
/// # Schedule
///
/// | stage | runs on | reads | writes | waits for |
/// |---|---|---|---|---|
/// | `queue.copy` | queue `queue` | `net` | `out` |  |
/// | `queue.launch` | queue `queue` | `net` | `out` |  |
/// | `queue.copy` | queue `queue` |  | `out` |  |
fn parts(
    queue: &Queue,
    net: &::gpu_stages::Source<Net>,
    out: &::gpu_stages::Resource<(DeviceBuffer<f32>, DeviceBuffer<f32>)>,
    i: usize,
) -> impl ::core::future::Future<Output = Result<()>> + use<> {
    static __PIPELINE: ::gpu_stages::Pipeline = ::gpu_stages::Pipeline::new(
        "parts",
        &[
            ::gpu_stages::Stage::new("queue.copy").quiet(),
            ::gpu_stages::Stage::new("queue.launch").quiet(),
            ::gpu_stages::Stage::new("queue.copy"),
        ],
    );
    let __call = __PIPELINE.call();
    let __held = __call
        .acquire((
            net.reads().named("net").on(queue),
            out.writes().named("out").on(queue),
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
                let i = i;
                let (net, out) = __held?;
                __call.enter(0);
                let (net, mut out) = (net, out).wait_device(&queue).await?;
                let __net = net.views();
                let mut __out = out.views_mut();
                queue.copy(&__net.weights[i].slice(..i), &mut __out.0.slice_mut(i..))?;
                #[allow(clippy::drop_non_drop)] ::core::mem::drop(__net);
                #[allow(clippy::drop_non_drop)] ::core::mem::drop(__out);
                __call.enter(1);
                let __out_facts = out.facts();
                let __net = net.views();
                let mut __out = out.views_mut();
                queue
                    .launch(
                        &__net.kernel,
                        net.facts().weights.len() * __out_facts.1.len(),
                        (&__net.weights[i], &mut __out.0, &mut __out.1),
                    )?;
                #[allow(clippy::drop_non_drop)] ::core::mem::drop(__net);
                #[allow(clippy::drop_non_drop)] ::core::mem::drop(__out);
                ::gpu_stages::CommandQueue::ready(&queue, (net,));
                __call.enter(2);
                let mut __out = out.views_mut();
                let __value = __call
                    .returns::<Result<()>>(queue.copy(&__out.0, &mut __out.1));
                __value
            },
        )
}
