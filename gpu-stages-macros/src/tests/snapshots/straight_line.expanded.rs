/// Scales one frame by three on the device; returns its mean square.
///
/// # Schedule
///
/// | stage | runs on | reads | writes | waits for |
/// |---|---|---|---|---|
/// | `fill_normal` | host |  | `h_in` |  |
/// | `up.upload` | queue `up` | `h_in` | `d_in` |  |
/// | `compute.launch` | queue `compute` | `d_in` | `d_out` | `up.upload` |
/// | `down.download` | queue `down` | `d_out` | `h_out` | `compute.launch` |
/// | `mean_square` | host | `h_out` |  | `down.download` |
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
    static __PIPELINE: ::gpu_stages::Pipeline = ::gpu_stages::Pipeline::new(
        "process_one",
        &[
            ::gpu_stages::Stage::new("fill_normal"),
            ::gpu_stages::Stage::new("up.upload"),
            ::gpu_stages::Stage::new("compute.launch"),
            ::gpu_stages::Stage::new("down.download"),
            ::gpu_stages::Stage::new("mean_square"),
        ],
    );
    let __call = __PIPELINE.call();
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
    __call
        .clone()
        .run::<
            Result<f32>,
            _,
        >(
            ::gpu_stages::Until::Complete,
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
                let __value = __call.returns::<Result<f32>>(Ok(mean_square(&(*h_out))));
                __value
            },
        )
}
