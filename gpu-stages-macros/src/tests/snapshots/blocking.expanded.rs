///
/// # Schedule
///
/// | stage | runs on | reads | writes | waits for |
/// |---|---|---|---|---|
/// | `read the file` | host, blocking |  |  |  |
/// | `lines` | host, blocking |  | `table` |  |
/// | `stage 3` | host | `table` |  |  |
/// | `sum` | host, blocking | `table` |  |  |
fn load(
    table: &::gpu_stages::Resource<Vec<u64>>,
    path: PathBuf,
    count: usize,
) -> impl ::core::future::Future<Output = Result<usize>> + use<> {
    static __PIPELINE: ::gpu_stages::Pipeline = ::gpu_stages::Pipeline::new(
        "load",
        &[
            ::gpu_stages::Stage::new("read the file"),
            ::gpu_stages::Stage::new("lines"),
            ::gpu_stages::Stage::new("stage 3"),
            ::gpu_stages::Stage::new("sum"),
        ],
    );
    let __call = __PIPELINE.call();
    let __held = __call.acquire((table.writes().named("table").on_host(),));
    __call
        .clone()
        .run::<
            Result<usize>,
            _,
        >(
            ::gpu_stages::Until::Complete,
            async move {
                let (path, mut count) = (path, count);
                let (table,) = __held?;
                __call.enter(0);
                let (__result, __moved) = ::gpu_stages::blocking(move || {
                        let __result = (|| -> ::core::result::Result<
                            _,
                            <Result<usize> as ::gpu_stages::PipelineResult>::Err,
                        > {
                            ::core::result::Result::Ok({
                                count += 1;
                                std::fs::read_to_string(&path)?
                            })
                        })();
                        (__result, (count,))
                    })
                    .await;
                let (mut count,) = __moved;
                let text = __result?;
                __call.enter(1);
                let mut table = table.wait_events().await?;
                let (__result, __moved) = ::gpu_stages::blocking(move || {
                        let __result = (|| -> ::core::result::Result<
                            _,
                            <Result<usize> as ::gpu_stages::PipelineResult>::Err,
                        > {
                            ::core::result::Result::Ok(
                                for line in text.lines() {
                                    (*table).push(line.parse()?);
                                },
                            )
                        })();
                        (__result, (table,))
                    })
                    .await;
                let (mut table,) = __moved;
                __result?;
                __call.enter(2);
                count += (*table)[0];
                __call.enter(3);
                let (__result, __moved) = ::gpu_stages::blocking(move || {
                        let __result = (|| -> ::core::result::Result<
                            _,
                            <Result<usize> as ::gpu_stages::PipelineResult>::Err,
                        > { ::core::result::Result::Ok(Ok(count + sum(&(*table)))) })();
                        (__result, (table,))
                    })
                    .await;
                let __value = __call.returns::<Result<usize>>(__result?);
                __value
            },
        )
}
