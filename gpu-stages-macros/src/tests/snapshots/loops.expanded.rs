///
/// # Schedule
///
/// | # | stage          | runs on       | reads | writes | waits for                                   | on the queue    | releases |
/// |---|----------------|---------------|-------|--------|---------------------------------------------|-----------------|----------|
/// | 0 | compute.fill   | queue compute |       | b      | earlier calls (b)                           | barrier         |          |
/// | 1 | compute.launch | queue compute |       | a, b   | earlier calls (a)                           | barrier, marker |          |
/// | 2 | down.download  | queue down    | a, b  | host   | earlier calls (host), compute.launch (a, b) | barrier, marker | a, b     |
/// | 3 | iter_mut       | host          |       | host   | down.download (host)                        |                 | host     |
fn iterate(
    compute: &Queue,
    down: &Queue,
    a: &::gpu_stages::Readable<DeviceBuffer<f32>>,
    b: &::gpu_stages::Resource<DeviceBuffer<f32>>,
    host: &::gpu_stages::Resource<HostBuffer<f32>>,
    step: Kernel,
    rounds: usize,
) -> impl ::core::future::Future<Output = Result<()>> + use<> {
    let __call = iterate::SCHEDULE.call();
    let __held = __call
        .acquire((
            a.updates().named("a").on(compute),
            b.writes().named("b").on(compute),
            host.writes().named("host").on(down),
        ));
    let compute = ::core::clone::Clone::clone(compute);
    let down = ::core::clone::Clone::clone(down);
    ::core::clone::Clone::clone(&__call)
        .run::<
            Result<()>,
            _,
        >(
            ::gpu_stages::rt::Until::Complete,
            async move {
                use ::gpu_stages::WaitDevice as _;
                let (step, rounds) = (step, rounds);
                let (a, b, host) = __held?;
                __call.enter(0);
                let mut b = b.wait_device(&compute).await?;
                compute.fill(&mut (*b), 0.0)?;
                __call.enter(1);
                let mut a = a.wait_device(&compute).await?;
                for _ in 0..rounds {
                    let (mut from, mut to) = (&mut (*a), &mut (*b));
                    compute.launch(&step, 1, (&*from, &mut *to))?;
                    std::mem::swap(&mut from, &mut to);
                }
                ::gpu_stages::CommandQueue::flush(&compute);
                __call.enter(2);
                let (a, b, mut host) = (a, b, host).wait_device(&down).await?;
                let __host = &mut *host;
                if rounds % 2 == 0 {
                    down.download(&(*a), &mut (*__host))?;
                } else {
                    down.download(&(*b), &mut (*__host))?;
                }
                ::gpu_stages::CommandQueue::ready(&down, (a, b));
                ::gpu_stages::CommandQueue::flush(&down);
                __call.enter(3);
                let mut host = host.wait_events().await?;
                (*host).iter_mut().for_each(|x| *x += 1.0);
                host.ready();
                let __value: Result<()> = Ok(());
                let __value = __call.returns(__value);
                __value
            },
        )
}
/// The stages of `iterate` and their synchronisation.
#[allow(non_camel_case_types)]
enum iterate {}
impl iterate {
    /// The stages of `iterate` and their synchronisation.
    const SCHEDULE: ::gpu_stages::Schedule = ::gpu_stages::Schedule::new(
            "iterate",
            &[
                ::gpu_stages::Stage::new("compute.fill")
                    .on("compute")
                    .writes(&["b"])
                    .waits(&["b"])
                    .earlier(&["b"])
                    .barrier()
                    .quiet(),
                ::gpu_stages::Stage::new("compute.launch")
                    .on("compute")
                    .writes(&["a", "b"])
                    .waits(&["a"])
                    .earlier(&["a"])
                    .barrier()
                    .marker()
                    .flush(),
                ::gpu_stages::Stage::new("down.download")
                    .on("down")
                    .reads(&["a", "b"])
                    .writes(&["host"])
                    .waits(&["a", "b", "host"])
                    .earlier(&["host"])
                    .after(&[(1, "a"), (1, "b")])
                    .barrier()
                    .marker()
                    .ready(&["a", "b"])
                    .flush(),
                ::gpu_stages::Stage::new("iter_mut")
                    .writes(&["host"])
                    .waits(&["host"])
                    .after(&[(2, "host")])
                    .ready(&["host"]),
            ],
        )
        .queues(&["compute", "down"])
        .writes(&["b", "host"])
        .updates(&["a"]);
}
