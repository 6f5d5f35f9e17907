impl Correlator {
    /// The body does not mention `self`.
    ///
    /// # Schedule
    ///
    /// | stage | runs on | reads | writes | waits for |
    /// |---|---|---|---|---|
    /// | `queue.upload` | queue `queue` | `host` | `device` |  |
    /// | `stage 2` | host | `host`, `seed` |  |  |
    pub fn process(
        &self,
    ) -> impl ::core::future::Future<Output = Result<f32>> + 'static {
        static __PIPELINE: ::gpu_stages::Pipeline = ::gpu_stages::Pipeline::new(
            "process",
            &[
                ::gpu_stages::Stage::new("queue.upload"),
                ::gpu_stages::Stage::new("stage 2"),
            ],
        );
        let queue: &Queue = &(self.queue);
        let host: &::gpu_stages::Source<HostBuffer<f32>> = &(self.host);
        let device: &::gpu_stages::Resource<DeviceBuffer<f32>> = &(self.device);
        let seed: u64 = self.next();
        let __call = __PIPELINE.call();
        let seed = __call.own("seed", seed);
        let __held = __call
            .acquire((
                host.reads().named("host").on(queue),
                device.writes().named("device").on(queue),
            ));
        let queue = ::core::clone::Clone::clone(queue);
        __call
            .clone()
            .run::<
                Result<f32>,
                _,
            >(
                ::gpu_stages::Until::Complete,
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
                    let __value = __call
                        .returns::<Result<f32>>(Ok((*host)[0] + (*seed)));
                    __value
                },
            )
    }
    /// The body mentions `self`, and there is more to borrow.
    ///
    /// # Schedule
    ///
    /// | stage | runs on | reads | writes | waits for |
    /// |---|---|---|---|---|
    /// | `stage 1` | host | `host` |  |  |
    fn label<'__unit>(
        &self,
        unit: &'__unit str,
    ) -> impl ::core::future::Future<
        Output = Result<String>,
    > + ::gpu_stages::Captures<(&'__unit (), &'_ ())> {
        static __PIPELINE: ::gpu_stages::Pipeline = ::gpu_stages::Pipeline::new(
            "label",
            &[::gpu_stages::Stage::new("stage 1")],
        );
        let host: &::gpu_stages::Source<HostBuffer<f32>> = &(self.host);
        let __call = __PIPELINE.call();
        let __held = __call.acquire((host.reads().named("host").on_host(),));
        __call
            .clone()
            .run::<
                Result<String>,
                _,
            >(
                ::gpu_stages::Until::Complete,
                async move {
                    let unit = unit;
                    let (host,) = __held?;
                    __call.enter(0);
                    let host = host.wait_events().await?;
                    let __value = __call
                        .returns::<
                            Result<String>,
                        >(Ok(format!("{}: {} {unit}", self.name, (* host) [0])));
                    __value
                },
            )
    }
}
