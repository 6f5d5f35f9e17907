///
/// # Schedule
///
/// | # | stage        | runs on     | reads | writes | waits for              | on the queue    | releases |
/// |---|--------------|-------------|-------|--------|------------------------|-----------------|----------|
/// | 0 | queue.launch | queue queue |       | device | earlier calls (device) | barrier, marker | device   |
/// | 1 | is_empty     | host        | host  |        | earlier calls (host)   |                 | host     |
fn facts(
    queue: &Queue,
    device: &::gpu_stages::Resource<DeviceBuffer<f32>>,
    host: &::gpu_stages::Readable<Vec<f32>>,
    kernel: Kernel,
) -> impl ::core::future::Future<Output = Result<usize>> + use<> {
    let __call = facts::SCHEDULE.call();
    let __held = __call
        .acquire((
            device.writes().named("device").on(queue),
            host.reads().named("host").on_host(),
        ));
    let queue = ::core::clone::Clone::clone(queue);
    ::core::clone::Clone::clone(&__call)
        .run::<
            Result<usize>,
            _,
        >(
            ::gpu_stages::rt::Until::Complete,
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
                    return {
                        let __value: Result<usize> = Ok(0);
                        let __value = __call.returns(__value);
                        __value
                    };
                }
                host.ready();
                let __value: Result<usize> = Ok(total + __device_facts.len());
                let __value = __call.returns(__value);
                __value
            },
        )
}
/// The stages of `facts` and their synchronisation.
#[allow(non_camel_case_types)]
enum facts {}
impl facts {
    /// The stages of `facts` and their synchronisation.
    const SCHEDULE: ::gpu_stages::Schedule = ::gpu_stages::Schedule::new(
            "facts",
            &[
                ::gpu_stages::Stage::new("queue.launch")
                    .on("queue")
                    .writes(&["device"])
                    .waits(&["device"])
                    .facts(&["device"])
                    .earlier(&["device"])
                    .barrier()
                    .marker()
                    .ready(&["device"])
                    .flush(),
                ::gpu_stages::Stage::new("is_empty")
                    .reads(&["host"])
                    .waits(&["host"])
                    .earlier(&["host"])
                    .ready(&["host"]),
            ],
        )
        .queues(&["queue"])
        .reads(&["host"])
        .writes(&["device"]);
}
