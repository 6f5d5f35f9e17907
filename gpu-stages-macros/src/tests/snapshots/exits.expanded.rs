///
/// # Schedule
///
/// | # | stage   | runs on | reads | writes | waits for             | on the queue | releases |
/// |---|---------|---------|-------|--------|-----------------------|--------------|----------|
/// | 0 | iter    | host    | table |        | earlier calls (table) |              | table    |
/// | 1 | stage 2 | host    | found |        | earlier calls (found) |              |          |
/// | 2 | stage 3 | host    |       | found  |                       |              |          |
/// | 3 | stage 4 | host    | found |        |                       |              | found    |
fn search(
    table: &::gpu_stages::Readable<Vec<u64>>,
    found: &::gpu_stages::Readable<u64>,
    key: u64,
) -> impl ::core::future::Future<Output = Result<u64>> + use<> {
    let __call = search::SCHEDULE.call();
    let __held = __call
        .acquire((
            table.reads().named("table").on_host(),
            found.updates().named("found").on_host(),
        ));
    ::core::clone::Clone::clone(&__call)
        .run::<
            Result<u64>,
            _,
        >(
            ::gpu_stages::rt::Until::Complete,
            async move {
                let key = key;
                let (table, found) = __held?;
                __call.enter(0);
                let table = table.wait_events().await?;
                let Some(value) = (*table)
                    .iter()
                    .copied()
                    .find(|it| {
                        return *it == key;
                    }) else {
                    return {
                        let __value: Result<u64> = Err(Error::NotFound);
                        let __value = __call.returns(__value);
                        __value
                    };
                };
                table.ready();
                let late = async {
                    return 1;
                };
                __call.enter(1);
                let found = found.wait_events_to_read().await?;
                if key == 0 {
                    return {
                        let __value: Result<u64> = Ok((*found));
                        let __value = __call.returns(__value);
                        __value
                    };
                }
                __call.enter(2);
                let mut found = found.wait_events().await?;
                (*found) += late.await;
                __call.enter(3);
                let __value: Result<u64> = Ok(value + (*found));
                let __value = __call.returns(__value);
                __value
            },
        )
}
/// The stages of `search` and their synchronisation.
#[allow(non_camel_case_types)]
enum search {}
impl search {
    /// The stages of `search` and their synchronisation.
    const SCHEDULE: ::gpu_stages::Schedule = ::gpu_stages::Schedule::new(
            "search",
            &[
                ::gpu_stages::Stage::new("iter")
                    .reads(&["table"])
                    .waits(&["table"])
                    .earlier(&["table"])
                    .ready(&["table"]),
                ::gpu_stages::Stage::new("stage 2")
                    .reads(&["found"])
                    .waits(&["found"])
                    .earlier(&["found"]),
                ::gpu_stages::Stage::new("stage 3").writes(&["found"]).waits(&["found"]),
                ::gpu_stages::Stage::new("stage 4").reads(&["found"]).ready(&["found"]),
            ],
        )
        .reads(&["table"])
        .updates(&["found"]);
}
