///
/// # Schedule
///
/// | # | stage     | runs on               | reads  | writes             | waits for                                 | on the queue    | releases           |
/// |---|-----------|-----------------------|--------|--------------------|-------------------------------------------|-----------------|--------------------|
/// | 0 | up.upload | queue up              | host   | input              | earlier calls (host, input)               | barrier, marker | host               |
/// | 1 | enq       | queue compute, opaque | window | input              | earlier calls (window), up.upload (input) | barrier, marker | window             |
/// | 2 | transform | queue compute, opaque | input  | workspace, spectra | earlier calls (workspace, spectra)        | barrier, marker | input              |
/// | 3 | finish    | queue compute, opaque |        | workspace, spectra |                                           | marker          | workspace, spectra |
#[allow(clippy::too_many_arguments)]
fn opaque(
    up: &Queue,
    compute: &Queue,
    window: &::gpu_stages::Readable<DeviceBuffer<f32>>,
    host: &::gpu_stages::Readable<HostBuffer<f32>>,
    input: &::gpu_stages::Resource<DeviceBuffer<f32>>,
    workspace: &::gpu_stages::Readable<Workspace>,
    spectra: &::gpu_stages::Resource<(DeviceBuffer<f32>, DeviceBuffer<f32>)>,
    kernel: ocl::Kernel,
    plan: Plan,
) -> impl ::core::future::Future<Output = Result<()>> + use<> {
    let __call = opaque::SCHEDULE.call();
    let __held = __call
        .acquire((
            window.reads().named("window").on(compute),
            host.reads().named("host").on(up),
            input.writes().named("input").on(up),
            workspace.updates().named("workspace").on(compute),
            spectra.writes().named("spectra").on(compute),
        ));
    let up = ::core::clone::Clone::clone(up);
    let compute = ::core::clone::Clone::clone(compute);
    ::core::clone::Clone::clone(&__call)
        .run::<
            Result<()>,
            _,
        >(
            ::gpu_stages::rt::Until::Complete,
            async move {
                use ::gpu_stages::WaitDevice as _;
                use ::gpu_stages::rt::PartMut as _;
                let (kernel, plan) = (kernel, plan);
                let (window, host, input, workspace, spectra) = __held?;
                __call.enter(0);
                let (host, mut input) = (host, input).wait_device(&up).await?;
                up.upload(&(*host), &mut (*input))?;
                ::gpu_stages::CommandQueue::ready(&up, (host,));
                ::gpu_stages::CommandQueue::flush(&up);
                __call.enter(1);
                let (window, mut input) = (window, input).wait_device(&compute).await?;
                let __opaque = ::gpu_stages::CommandQueue::opaque(
                    &compute,
                    (&window, &mut input),
                )?;
                unsafe { kernel.enq()? };
                ::core::mem::drop(__opaque);
                ::gpu_stages::CommandQueue::ready(&compute, (window,));
                __call.enter(2);
                let (mut workspace, mut spectra) = (workspace, spectra)
                    .wait_device(&compute)
                    .await?;
                let __opaque = ::gpu_stages::CommandQueue::opaque(
                    &compute,
                    (&input, &mut workspace, &mut spectra),
                )?;
                let mut __spectra = spectra.views_mut();
                plan.transform(
                    &compute,
                    &(*input),
                    __spectra.0.part_mut(),
                    __spectra.1.part_mut(),
                )?;
                #[allow(clippy::drop_non_drop)] ::core::mem::drop(__spectra);
                ::core::mem::drop(__opaque);
                ::gpu_stages::CommandQueue::ready(&compute, (input,));
                __call.enter(3);
                let __opaque = ::gpu_stages::CommandQueue::opaque(
                    &compute,
                    (&mut workspace, &mut spectra),
                )?;
                #[allow(clippy::diverging_sub_expression)]
                let __value: Result<()> = plan.finish();
                #[allow(unreachable_code)]
                let __value = __call.returns(__value);
                __value
            },
        )
}
/// The stages of `opaque` and their synchronisation.
#[allow(non_camel_case_types)]
enum opaque {}
impl opaque {
    /// The stages of `opaque` and their synchronisation.
    const SCHEDULE: ::gpu_stages::Schedule = ::gpu_stages::Schedule::new(
            "opaque",
            &[
                ::gpu_stages::Stage::new("up.upload")
                    .on("up")
                    .reads(&["host"])
                    .writes(&["input"])
                    .waits(&["host", "input"])
                    .earlier(&["host", "input"])
                    .barrier()
                    .marker()
                    .ready(&["host"])
                    .flush(),
                ::gpu_stages::Stage::new("enq")
                    .on("compute")
                    .opaque()
                    .reads(&["window"])
                    .writes(&["input"])
                    .waits(&["window", "input"])
                    .earlier(&["window"])
                    .after(&[(0, "input")])
                    .barrier()
                    .marker()
                    .quiet()
                    .ready(&["window"]),
                ::gpu_stages::Stage::new("transform")
                    .on("compute")
                    .opaque()
                    .reads(&["input"])
                    .writes(&["workspace", "spectra"])
                    .waits(&["workspace", "spectra"])
                    .earlier(&["workspace", "spectra"])
                    .barrier()
                    .marker()
                    .quiet()
                    .ready(&["input"]),
                ::gpu_stages::Stage::new("finish")
                    .on("compute")
                    .opaque()
                    .writes(&["workspace", "spectra"])
                    .marker()
                    .ready(&["workspace", "spectra"]),
            ],
        )
        .queues(&["up", "compute"])
        .reads(&["window", "host"])
        .writes(&["input", "spectra"])
        .updates(&["workspace"]);
}
