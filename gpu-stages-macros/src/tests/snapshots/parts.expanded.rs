///
/// # Schedule
///
/// | # | stage        | runs on     | reads | writes | waits for                | on the queue | releases |
/// |---|--------------|-------------|-------|--------|--------------------------|--------------|----------|
/// | 0 | queue.copy   | queue queue | net   | out    | earlier calls (net, out) | barrier      |          |
/// | 1 | queue.launch | queue queue | net   | out    |                          | marker       | net      |
/// | 2 | queue.copy   | queue queue |       | out    |                          | marker       | out      |
fn parts(
    queue: &Queue,
    net: &::gpu_stages::Readable<Net>,
    out: &::gpu_stages::Resource<(DeviceBuffer<f32>, DeviceBuffer<f32>)>,
    layer: Kernel,
    i: usize,
) -> impl ::core::future::Future<Output = Result<()>> + use<> {
    let __call = parts::SCHEDULE.call();
    let __held = __call
        .acquire((
            net.reads().named("net").on(queue),
            out.writes().named("out").on(queue),
        ));
    let queue = ::core::clone::Clone::clone(queue);
    ::core::clone::Clone::clone(&__call)
        .run::<
            Result<()>,
            _,
        >(
            ::gpu_stages::rt::Until::Complete,
            async move {
                use ::gpu_stages::WaitDevice as _;
                use ::gpu_stages::rt::PartMut as _;
                let (layer, i) = (layer, i);
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
                        &layer,
                        net.facts().weights.len() * __out_facts.1.len(),
                        (
                            &__net.weights[i],
                            &__net.bias,
                            __out.0.part_mut(),
                            __out.1.part_mut(),
                        ),
                    )?;
                #[allow(clippy::drop_non_drop)] ::core::mem::drop(__net);
                #[allow(clippy::drop_non_drop)] ::core::mem::drop(__out);
                ::gpu_stages::CommandQueue::ready(&queue, (net,));
                __call.enter(2);
                let mut __out = out.views_mut();
                queue.copy(&__out.0, __out.1.part_mut())?;
                #[allow(clippy::drop_non_drop)] ::core::mem::drop(__out);
                ::gpu_stages::CommandQueue::ready(&queue, (out,));
                ::gpu_stages::CommandQueue::flush(&queue);
                let __value: Result<()> = Ok(());
                let __value = __call.returns(__value);
                __value
            },
        )
}
/// The stages of `parts` and their synchronisation.
#[allow(non_camel_case_types)]
enum parts {}
impl parts {
    /// The stages of `parts` and their synchronisation.
    const SCHEDULE: ::gpu_stages::Schedule = ::gpu_stages::Schedule::new(
            "parts",
            &[
                ::gpu_stages::Stage::new("queue.copy")
                    .on("queue")
                    .reads(&["net"])
                    .writes(&["out"])
                    .waits(&["net", "out"])
                    .earlier(&["net", "out"])
                    .barrier()
                    .quiet(),
                ::gpu_stages::Stage::new("queue.launch")
                    .on("queue")
                    .reads(&["net"])
                    .writes(&["out"])
                    .marker()
                    .quiet()
                    .ready(&["net"]),
                ::gpu_stages::Stage::new("queue.copy")
                    .on("queue")
                    .writes(&["out"])
                    .marker()
                    .ready(&["out"])
                    .flush(),
            ],
        )
        .queues(&["queue"])
        .reads(&["net"])
        .writes(&["out"]);
}
