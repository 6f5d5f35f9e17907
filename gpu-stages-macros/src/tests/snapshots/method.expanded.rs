impl Correlator {
    /// The body does not mention `self`.
    ///
    /// # Schedule
    ///
    /// | stage | runs on | reads | writes | waits for |
    /// |---|---|---|---|---|
    /// | `fill` | host | `seed` | `host` |  |
    /// | `queue.upload` | queue `queue` |  | `host` |  |
    /// | `stage 3` | host | `host` |  | `queue.upload` |
    pub fn process(
        &self,
    ) -> impl ::core::future::Future<Output = Result<f32>> + 'static {
        static __PIPELINE: ::gpu_stages::Pipeline = ::gpu_stages::Pipeline::new(
            "process",
            &["fill", "queue.upload", "stage 3"],
        );
        let queue: &Queue = &(self.queue);
        let host: &::gpu_stages::Resource<HostBuffer<f32>> = &(self.host);
        let seed: u64 = self.next();
        let __call = __PIPELINE.call();
        let seed = __call.own("seed", seed);
        let __held = __call.acquire((host.writes().named("host").on_host(),));
        let queue = ::core::clone::Clone::clone(queue);
        __call
            .clone()
            .run::<
                Result<f32>,
                _,
            >(
                ::gpu_stages::Until::Complete,
                async move {
                    use ::gpu_stages::CommandQueue as _;
                    let (host,) = __held?;
                    __call.enter(0usize);
                    let mut host = host.wait_events().await?;
                    let seed = seed.wait_events_to_read().await?;
                    fill((*seed), &mut (*host));
                    seed.ready();
                    __call.enter(1usize);
                    let mut host = host.wait_device(&queue).await?;
                    let __host = &mut *host;
                    queue.upload(&(*__host), &mut (*__host))?;
                    queue.flush();
                    __call.enter(2usize);
                    let host = host.wait_events_to_read().await?;
                    let __value: Result<f32> = __call.returns(Ok((*host)[0]));
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
            &["stage 1"],
        );
        let host: &::gpu_stages::Resource<HostBuffer<f32>> = &(self.host);
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
                    __call.enter(0usize);
                    let host = host.wait_events().await?;
                    let __value: Result<String> = __call
                        .returns(Ok(format!("{}: {} {unit}", self.name, (* host) [0])));
                    __value
                },
            )
    }
}
