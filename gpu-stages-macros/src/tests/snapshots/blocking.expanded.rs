///
/// # Schedule
///
/// | # | stage         | runs on        | reads | writes | waits for             | on the queue | releases |
/// |---|---------------|----------------|-------|--------|-----------------------|--------------|----------|
/// | 0 | read the file | host, blocking |       |        |                       |              |          |
/// | 1 | lines         | host, blocking |       | table  | earlier calls (table) |              |          |
/// | 2 | stage 3       | host           | table |        |                       |              |          |
/// | 3 | sum           | host, blocking | table |        |                       |              | table    |
fn load(
    table: &::gpu_stages::Resource<Vec<u64>>,
    path: PathBuf,
    count: u64,
) -> impl ::core::future::Future<Output = Result<u64>> + use<> {
    let __call = load::SCHEDULE.call();
    let __held = __call.acquire((table.writes().named("table").on_host(),));
    ::core::clone::Clone::clone(&__call)
        .run::<
            Result<u64>,
            _,
        >(
            ::gpu_stages::rt::Until::Complete,
            async move {
                let (path, mut count) = (path, count);
                let (table,) = __held?;
                __call.enter(0);
                let (__result, __moved) = ::gpu_stages::blocking(move || {
                        let __result = (|| -> ::core::result::Result<
                            _,
                            <Result<u64> as ::gpu_stages::rt::PipelineResult>::Err,
                        > {
                            ::core::result::Result::Ok({
                                count += 1;
                                std::fs::read_to_string(&path)?
                            })
                        })();
                        (__result, (count,))
                    })
                    .await?;
                let (mut count,) = __moved;
                let text = __result?;
                __call.enter(1);
                let mut table = table.wait_events().await?;
                let (__result, __moved) = ::gpu_stages::blocking(move || {
                        let __result = (|| -> ::core::result::Result<
                            _,
                            <Result<u64> as ::gpu_stages::rt::PipelineResult>::Err,
                        > {
                            ::core::result::Result::Ok(
                                for line in text.lines() {
                                    (*table).push(line.parse()?);
                                },
                            )
                        })();
                        (__result, (table,))
                    })
                    .await?;
                let (mut table,) = __moved;
                __result?;
                __call.enter(2);
                count += (*table)[0];
                __call.enter(3);
                let (__result, __moved) = ::gpu_stages::blocking(move || {
                        let __result = (|| -> ::core::result::Result<
                            _,
                            <Result<u64> as ::gpu_stages::rt::PipelineResult>::Err,
                        > { ::core::result::Result::Ok(Ok(count + sum(&(*table)))) })();
                        (__result, (table,))
                    })
                    .await?;
                let __value: Result<u64> = __result?;
                let __value = __call.returns(__value);
                __value
            },
        )
}
/// The stages of `load` and their synchronisation.
#[allow(non_camel_case_types)]
enum load {}
impl load {
    /// The stages of `load` and their synchronisation.
    const SCHEDULE: ::gpu_stages::Schedule = ::gpu_stages::Schedule::new(
            "load",
            &[
                ::gpu_stages::Stage::new("read the file").blocking(),
                ::gpu_stages::Stage::new("lines")
                    .blocking()
                    .writes(&["table"])
                    .waits(&["table"])
                    .earlier(&["table"]),
                ::gpu_stages::Stage::new("stage 3").reads(&["table"]),
                ::gpu_stages::Stage::new("sum")
                    .blocking()
                    .reads(&["table"])
                    .ready(&["table"]),
            ],
        )
        .writes(&["table"]);
}
