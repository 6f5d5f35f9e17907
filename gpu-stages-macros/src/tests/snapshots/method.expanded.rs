pub struct Correlator {
    queue: Queue,
    host: Resource<HostBuffer<f32>>,
    device: Resource<DeviceBuffer<f32>>,
    name: String,
}
impl Correlator {
    fn next(&self) -> u64 {
        self.name.len() as u64
    }
    /// The body does not mention `self`.
    ///
    /// # Schedule
    ///
    /// | # | stage        | runs on     | reads      | writes | waits for                    | on the queue    | releases |
    /// |---|--------------|-------------|------------|--------|------------------------------|-----------------|----------|
    /// | 0 | queue.upload | queue queue | host       | device | earlier calls (host, device) | barrier, marker | device   |
    /// | 1 | stage 2      | host        | host, seed |        | earlier calls (host)         |                 | host     |
    pub fn process(
        &self,
    ) -> impl ::core::future::Future<Output = Result<f32>> + 'static {
        let queue: &Queue = &(self.queue);
        let host: &::gpu_stages::Readable<HostBuffer<f32>> = &(self.host);
        let device: &::gpu_stages::Resource<DeviceBuffer<f32>> = &(self.device);
        let seed: u64 = self.next();
        let __call = Self::PROCESS_SCHEDULE.call();
        let seed = __call.own("seed", seed);
        let __held = __call
            .acquire((
                host.reads().named("host").on(queue),
                device.writes().named("device").on(queue),
            ));
        let queue = ::core::clone::Clone::clone(queue);
        ::core::clone::Clone::clone(&__call)
            .run::<
                Result<f32>,
                _,
            >(
                ::gpu_stages::rt::Until::Complete,
                async move {
                    use ::gpu_stages::WaitDevice as _;
                    let (host, device) = __held?;
                    __call.enter(0);
                    let (host, mut device) = (host, device).wait_device(&queue).await?;
                    queue.upload(&(*host), &mut (*device))?;
                    ::gpu_stages::CommandQueue::ready(&queue, (device,));
                    ::gpu_stages::CommandQueue::flush(&queue);
                    __call.enter(1);
                    let host = host.wait_events().await?;
                    let seed = seed.wait_events_to_read().await?;
                    let __value: Result<f32> = Ok((*host)[0] * (*seed) as f32);
                    let __value = __call.returns(__value);
                    __value
                },
            )
    }
    /// The stages of `process` and their synchronisation.
    #[allow(dead_code)]
    pub const PROCESS_SCHEDULE: ::gpu_stages::Schedule = ::gpu_stages::Schedule::new(
            "process",
            &[
                ::gpu_stages::Stage::new("queue.upload")
                    .on("queue")
                    .reads(&["host"])
                    .writes(&["device"])
                    .waits(&["host", "device"])
                    .earlier(&["host", "device"])
                    .barrier()
                    .marker()
                    .ready(&["device"])
                    .flush(),
                ::gpu_stages::Stage::new("stage 2")
                    .reads(&["host", "seed"])
                    .waits(&["host", "seed"])
                    .earlier(&["host"])
                    .ready(&["host"]),
            ],
        )
        .queues(&["queue"])
        .reads(&["host"])
        .writes(&["device"])
        .owns(&["seed"]);
    /// The body mentions `self`, and there is more to borrow.
    ///
    /// # Schedule
    ///
    /// | # | stage   | runs on | reads | writes | waits for            | on the queue | releases |
    /// |---|---------|---------|-------|--------|----------------------|--------------|----------|
    /// | 0 | stage 1 | host    | host  |        | earlier calls (host) |              | host     |
    fn label<'__unit>(
        &self,
        unit: &'__unit str,
    ) -> impl ::core::future::Future<
        Output = Result<String>,
    > + ::gpu_stages::rt::Captures<(&'__unit (), &'_ ())> {
        let host: &::gpu_stages::Readable<HostBuffer<f32>> = &(self.host);
        let __call = Self::LABEL_SCHEDULE.call();
        let __held = __call.acquire((host.reads().named("host").on_host(),));
        ::core::clone::Clone::clone(&__call)
            .run::<
                Result<String>,
                _,
            >(
                ::gpu_stages::rt::Until::Complete,
                async move {
                    let unit = unit;
                    let (host,) = __held?;
                    __call.enter(0);
                    let host = host.wait_events().await?;
                    let __value: Result<String> = Ok(
                        format!("{}: {} {unit}", self.name, (* host) [0]),
                    );
                    let __value = __call.returns(__value);
                    __value
                },
            )
    }
    /// The stages of `label` and their synchronisation.
    #[allow(dead_code)]
    const LABEL_SCHEDULE: ::gpu_stages::Schedule = ::gpu_stages::Schedule::new(
            "label",
            &[
                ::gpu_stages::Stage::new("stage 1")
                    .reads(&["host"])
                    .waits(&["host"])
                    .earlier(&["host"])
                    .ready(&["host"]),
            ],
        )
        .reads(&["host"]);
}
