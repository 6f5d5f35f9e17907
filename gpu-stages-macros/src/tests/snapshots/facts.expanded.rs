///
/// # Schedule
///
/// | stage | runs on | reads | writes | waits for |
/// |---|---|---|---|---|
/// | `queue.launch` | queue `queue` |  | `device` |  |
/// | `is_empty` | host | `host` |  |  |
fn facts(
    queue: &Queue,
    device: &::gpu_stages::Resource<DeviceBuffer<f32>>,
    host: &::gpu_stages::Source<Vec<f32>>,
    kernel: Kernel,
) -> impl ::core::future::Future<Output = Result<usize>> + use<> {
    static __PIPELINE: ::gpu_stages::Pipeline = ::gpu_stages::Pipeline::new(
        "facts",
        &[::gpu_stages::Stage::new("queue.launch"), ::gpu_stages::Stage::new("is_empty")],
    );
    let __call = __PIPELINE.call();
    let __held = __call
        .acquire((
            device.writes().named("device").on(queue),
            host.reads().named("host").on_host(),
        ));
    let queue = ::core::clone::Clone::clone(queue);
    __call
        .clone()
        .run::<
            Result<usize>,
            _,
        >(
            ::gpu_stages::Until::Complete,
            async move {
                let kernel = kernel;
                let (device, host) = __held?;
                let mut device = device;
                let __device_facts = device.wait_facts().await?;
                let total = __device_facts.len();
                __call.enter(0);
                let mut device = device.wait_device(&queue).await?;
                queue.launch(&kernel, __device_facts.len(), (&mut (*device),))?;
                ::gpu_stages::CommandQueue::ready(&queue, (device,));
                ::gpu_stages::CommandQueue::flush(&queue);
                __call.enter(1);
                let host = host.wait_events().await?;
                if __device_facts.is_empty() || (*host).is_empty() {
                    return __call.returns::<Result<usize>>(Ok(0));
                }
                host.ready();
                let __value = __call
                    .returns::<Result<usize>>(Ok(total + __device_facts.len()));
                __value
            },
        )
}
