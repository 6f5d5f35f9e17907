///
/// # Schedule
///
/// | # | stage        | runs on     | reads | writes | waits for             | on the queue    | releases     |
/// |---|--------------|-------------|-------|--------|-----------------------|-----------------|--------------|
/// | 0 | queue.fill   | queue queue |       | total  | earlier calls (total) | barrier         |              |
/// | 1 | queue.launch | queue queue | parts | total  | earlier calls (parts) | barrier, marker | parts, total |
fn sum(
    queue: &Queue,
    parts: &[&::gpu_stages::Resource<DeviceBuffer<f32>>],
    total: &::gpu_stages::Resource<DeviceBuffer<f32>>,
    add: Kernel,
) -> impl ::core::future::Future<Output = Result<usize>> + use<> {
    let __call = sum::SCHEDULE.call();
    let __held = __call
        .acquire((
            ::gpu_stages::Requests::reads(parts).named("parts").on(queue),
            total.writes().named("total").on(queue),
        ));
    let queue = ::core::clone::Clone::clone(queue);
    ::core::clone::Clone::clone(&__call)
        .run::<
            Result<usize>,
            _,
        >(
            ::gpu_stages::rt::Until::Complete,
            async move {
                let add = add;
                let (parts, total) = __held?;
                __call.enter(0);
                let mut total = total.wait_device(&queue).await?;
                queue.fill(&mut (*total), 0.0)?;
                __call.enter(1);
                let parts = parts.wait_device(&queue).await?;
                let __total_facts = total.facts();
                let __parts = parts.views();
                for i in 0..parts.facts().len() {
                    queue
                        .launch(
                            &add,
                            __total_facts.len(),
                            (&__parts[i], &mut (*total)),
                        )?;
                }
                #[allow(clippy::drop_non_drop)] ::core::mem::drop(__parts);
                let __parts_facts = parts.facts();
                ::gpu_stages::CommandQueue::ready(&queue, (parts, total));
                ::gpu_stages::CommandQueue::flush(&queue);
                let __value: Result<usize> = Ok(__parts_facts.len());
                let __value = __call.returns(__value);
                __value
            },
        )
}
/// The stages of `sum` and their synchronisation.
#[allow(non_camel_case_types)]
enum sum {}
impl sum {
    /// The stages of `sum` and their synchronisation.
    const SCHEDULE: ::gpu_stages::Schedule = ::gpu_stages::Schedule::new(
            "sum",
            &[
                ::gpu_stages::Stage::new("queue.fill")
                    .on("queue")
                    .writes(&["total"])
                    .waits(&["total"])
                    .earlier(&["total"])
                    .barrier()
                    .quiet(),
                ::gpu_stages::Stage::new("queue.launch")
                    .on("queue")
                    .reads(&["parts"])
                    .writes(&["total"])
                    .waits(&["parts"])
                    .earlier(&["parts"])
                    .barrier()
                    .marker()
                    .ready(&["parts", "total"])
                    .flush(),
            ],
        )
        .queues(&["queue"])
        .reads(&["parts"])
        .writes(&["total"]);
}
///
/// # Schedule
///
/// | # | stage      | runs on     | reads | writes | waits for              | on the queue    | releases |
/// |---|------------|-------------|-------|--------|------------------------|-----------------|----------|
/// | 0 | iter_mut   | host        |       | counts | earlier calls (counts) |                 |          |
/// | 1 | queue.fill | queue queue |       | parts  | earlier calls (parts)  | barrier, marker | parts    |
/// | 2 | stage 3    | host        |       | counts |                        |                 | counts   |
fn spread(
    queue: &Queue,
    counts: &[&::gpu_stages::Resource<u64>],
    parts: &[&::gpu_stages::Resource<DeviceBuffer<f32>>],
    value: f32,
) -> impl ::core::future::Future<Output = Result<()>> + use<> {
    let __call = spread::SCHEDULE.call();
    let __held = __call
        .acquire((
            ::gpu_stages::Requests::updates(counts).named("counts").on_host(),
            ::gpu_stages::Requests::writes(parts).named("parts").on(queue),
        ));
    let queue = ::core::clone::Clone::clone(queue);
    ::core::clone::Clone::clone(&__call)
        .run::<
            Result<()>,
            _,
        >(
            ::gpu_stages::rt::Until::Complete,
            async move {
                let value = value;
                let (counts, parts) = __held?;
                __call.enter(0);
                let mut counts = counts.wait_events().await?;
                for count in (*counts).iter_mut() {
                    *count += 1;
                }
                __call.enter(1);
                let mut parts = parts.wait_device(&queue).await?;
                let mut __parts = parts.views_mut();
                for part in &mut __parts {
                    queue.fill(part, value)?;
                }
                #[allow(clippy::drop_non_drop)] ::core::mem::drop(__parts);
                ::gpu_stages::CommandQueue::ready(&queue, (parts,));
                ::gpu_stages::CommandQueue::flush(&queue);
                __call.enter(2);
                (*counts)[0] += 1;
                counts.ready();
                let __value: Result<()> = Ok(());
                let __value = __call.returns(__value);
                __value
            },
        )
}
/// The stages of `spread` and their synchronisation.
#[allow(non_camel_case_types)]
enum spread {}
impl spread {
    /// The stages of `spread` and their synchronisation.
    const SCHEDULE: ::gpu_stages::Schedule = ::gpu_stages::Schedule::new(
            "spread",
            &[
                ::gpu_stages::Stage::new("iter_mut")
                    .writes(&["counts"])
                    .waits(&["counts"])
                    .earlier(&["counts"]),
                ::gpu_stages::Stage::new("queue.fill")
                    .on("queue")
                    .writes(&["parts"])
                    .waits(&["parts"])
                    .earlier(&["parts"])
                    .barrier()
                    .marker()
                    .ready(&["parts"])
                    .flush(),
                ::gpu_stages::Stage::new("stage 3")
                    .writes(&["counts"])
                    .ready(&["counts"]),
            ],
        )
        .queues(&["queue"])
        .writes(&["parts"])
        .updates(&["counts"]);
}
