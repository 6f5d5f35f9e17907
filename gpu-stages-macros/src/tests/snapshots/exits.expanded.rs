///
/// # Schedule
///
/// | stage | runs on | reads | writes | waits for |
/// |---|---|---|---|---|
/// | `iter` | host | `table` |  |  |
/// | `stage 2` | host | `found` |  |  |
/// | `stage 3` | host |  | `found` |  |
/// | `stage 4` | host | `found` |  |  |
fn search(
    table: &::gpu_stages::Source<Vec<u64>>,
    found: &::gpu_stages::Source<u64>,
    key: u64,
) -> impl ::core::future::Future<Output = Result<u64>> + use<> {
    static __PIPELINE: ::gpu_stages::Pipeline = ::gpu_stages::Pipeline::new(
        "search",
        &[
            ::gpu_stages::Stage::new("iter"),
            ::gpu_stages::Stage::new("stage 2"),
            ::gpu_stages::Stage::new("stage 3"),
            ::gpu_stages::Stage::new("stage 4"),
        ],
    );
    let __call = __PIPELINE.call();
    let __held = __call
        .acquire((
            table.reads().named("table").on_host(),
            found.updates().named("found").on_host(),
        ));
    __call
        .clone()
        .run::<
            Result<u64>,
            _,
        >(
            ::gpu_stages::Until::Complete,
            async move {
                let key = key;
                let (table, found) = __held?;
                __call.enter(0);
                let table = table.wait_events().await?;
                let Some(value) = (*table)
                    .iter()
                    .find(|it| {
                        return **it == key;
                    }) else {
                    return __call.returns::<Result<u64>>(Err(Error::NotFound));
                };
                table.ready();
                let late = async {
                    return 1;
                };
                __call.enter(1);
                let found = found.wait_events_to_read().await?;
                if key == 0 {
                    return __call.returns::<Result<u64>>(Ok((*found)));
                }
                __call.enter(2);
                let mut found = found.wait_events().await?;
                (*found) += late.await;
                __call.enter(3);
                let __value = __call.returns::<Result<u64>>(Ok(value + (*found)));
                __value
            },
        )
}
