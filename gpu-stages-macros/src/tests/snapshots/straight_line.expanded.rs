/// Scales one frame by three on the device; returns its mean square.
///
/// # Schedule
///
/// | # | stage          | runs on       | reads | writes | waits for                                     | on the queue    | releases |
/// |---|----------------|---------------|-------|--------|-----------------------------------------------|-----------------|----------|
/// | 0 | fill_normal    | host          |       | h_in   | earlier calls (h_in)                          |                 |          |
/// | 1 | up.upload      | queue up      | h_in  | d_in   | earlier calls (d_in)                          | barrier, marker | h_in     |
/// | 2 | compute.launch | queue compute | d_in  | d_out  | earlier calls (d_out), up.upload (d_in)       | barrier, marker | d_in     |
/// | 3 | down.download  | queue down    | d_out | h_out  | earlier calls (h_out), compute.launch (d_out) | barrier, marker | d_out    |
/// | 4 | mean_square    | host          | h_out |        | down.download (h_out)                         |                 | h_out    |
#[allow(clippy::too_many_arguments)]
pub fn process_one(
    up: &Queue,
    compute: &Queue,
    down: &Queue,
    h_in: &::gpu_stages::Resource<HostBuffer<f32>>,
    d_in: &::gpu_stages::Resource<DeviceBuffer<f32>>,
    d_out: &::gpu_stages::Resource<DeviceBuffer<f32>>,
    h_out: &::gpu_stages::Resource<HostBuffer<f32>>,
    triple: Kernel,
    seed: u64,
) -> impl ::core::future::Future<Output = Result<f32>> + use<> {
    let __call = process_one::SCHEDULE.call();
    let __held = __call
        .acquire((
            h_in.writes().named("h_in").on_host(),
            d_in.writes().named("d_in").on(up),
            d_out.writes().named("d_out").on(compute),
            h_out.writes().named("h_out").on(down),
        ));
    let up = ::core::clone::Clone::clone(up);
    let compute = ::core::clone::Clone::clone(compute);
    let down = ::core::clone::Clone::clone(down);
    ::core::clone::Clone::clone(&__call)
        .run::<
            Result<f32>,
            _,
        >(
            ::gpu_stages::rt::Until::Complete,
            async move {
                use ::gpu_stages::WaitDevice as _;
                let (triple, seed) = (triple, seed);
                let (h_in, d_in, d_out, h_out) = __held?;
                __call.enter(0);
                let mut h_in = h_in.wait_events().await?;
                fill_normal(seed, &mut (*h_in));
                __call.enter(1);
                let (h_in, mut d_in) = (h_in, d_in).wait_device(&up).await?;
                up.upload(&(*h_in), &mut (*d_in))?;
                ::gpu_stages::CommandQueue::ready(&up, (h_in,));
                ::gpu_stages::CommandQueue::flush(&up);
                __call.enter(2);
                let (d_in, mut d_out) = (d_in, d_out).wait_device(&compute).await?;
                compute.launch(&triple, d_in.facts().len(), (&(*d_in), &mut (*d_out)))?;
                ::gpu_stages::CommandQueue::ready(&compute, (d_in,));
                ::gpu_stages::CommandQueue::flush(&compute);
                __call.enter(3);
                let (d_out, mut h_out) = (d_out, h_out).wait_device(&down).await?;
                down.download(&(*d_out), &mut (*h_out))?;
                ::gpu_stages::CommandQueue::ready(&down, (d_out,));
                ::gpu_stages::CommandQueue::flush(&down);
                __call.enter(4);
                let h_out = h_out.wait_events_to_read().await?;
                let __value: Result<f32> = Ok(mean_square(&(*h_out)));
                let __value = __call.returns(__value);
                __value
            },
        )
}
/// The stages of `process_one` and their synchronisation.
#[allow(non_camel_case_types)]
pub enum process_one {}
impl process_one {
    /// The stages of `process_one` and their synchronisation.
    pub const SCHEDULE: ::gpu_stages::Schedule = ::gpu_stages::Schedule::new(
            "process_one",
            &[
                ::gpu_stages::Stage::new("fill_normal")
                    .writes(&["h_in"])
                    .waits(&["h_in"])
                    .earlier(&["h_in"]),
                ::gpu_stages::Stage::new("up.upload")
                    .on("up")
                    .reads(&["h_in"])
                    .writes(&["d_in"])
                    .waits(&["h_in", "d_in"])
                    .earlier(&["d_in"])
                    .barrier()
                    .marker()
                    .ready(&["h_in"])
                    .flush(),
                ::gpu_stages::Stage::new("compute.launch")
                    .on("compute")
                    .reads(&["d_in"])
                    .writes(&["d_out"])
                    .waits(&["d_in", "d_out"])
                    .earlier(&["d_out"])
                    .after(&[(1, "d_in")])
                    .barrier()
                    .marker()
                    .ready(&["d_in"])
                    .flush(),
                ::gpu_stages::Stage::new("down.download")
                    .on("down")
                    .reads(&["d_out"])
                    .writes(&["h_out"])
                    .waits(&["d_out", "h_out"])
                    .earlier(&["h_out"])
                    .after(&[(2, "d_out")])
                    .barrier()
                    .marker()
                    .ready(&["d_out"])
                    .flush(),
                ::gpu_stages::Stage::new("mean_square")
                    .reads(&["h_out"])
                    .waits(&["h_out"])
                    .after(&[(3, "h_out")])
                    .ready(&["h_out"]),
            ],
        )
        .queues(&["up", "compute", "down"])
        .writes(&["h_in", "d_in", "d_out", "h_out"]);
}
