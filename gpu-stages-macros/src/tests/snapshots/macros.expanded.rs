///
/// # Schedule
///
/// | # | stage   | runs on | reads        | writes | waits for                    | on the queue | releases |
/// |---|---------|---------|--------------|--------|------------------------------|--------------|----------|
/// | 0 | stage 1 | host    | state, limit |        | earlier calls (state, limit) |              |          |
/// | 1 | stage 2 | host    | state, limit |        |                              |              |          |
/// | 2 | stage 3 | host    | limit        | state  |                              |              |          |
/// | 3 | stage 4 | host    | limit        | state  |                              |              | limit    |
/// | 4 | stage 5 | host    |              | state  |                              |              | state    |
fn log(
    state: &::gpu_stages::Readable<State>,
    limit: &::gpu_stages::Readable<u64>,
) -> impl ::core::future::Future<Output = Result<String>> + use<> {
    let __call = log::SCHEDULE.call();
    let __held = __call
        .acquire((
            state.updates().named("state").on_host(),
            limit.reads().named("limit").on_host(),
        ));
    ::core::clone::Clone::clone(&__call)
        .run::<
            Result<String>,
            _,
        >(
            ::gpu_stages::rt::Until::Complete,
            async move {
                let (state, limit) = __held?;
                __call.enter(0);
                let state = state.wait_events_to_read().await?;
                let limit = limit.wait_events().await?;
                assert_eq!(
                    (* state).count, (* limit), "{state:?} {{limit}}", state = (* state)
                );
                __call.enter(1);
                info!(
                    target : "log", state = ? (* state), limit = (* limit), other = % (*
                    limit), "at {limit:>3}", limit = (* limit)
                );
                __call.enter(2);
                let mut state = state.wait_events().await?;
                let __state = &mut *state;
                (*__state).names = vec![
                    format!("{limit} {0}", (* __state).count, limit = (* limit))
                ];
                __call.enter(3);
                write!((* state).text, "{limit} {limit}", limit = (* limit) + 1)?;
                limit.ready();
                __call.enter(4);
                let __value: Result<String> = Ok(dbg!((* state).text.clone()));
                let __value = __call.returns(__value);
                __value
            },
        )
}
/// The stages of `log` and their synchronisation.
#[allow(non_camel_case_types)]
enum log {}
impl log {
    /// The stages of `log` and their synchronisation.
    const SCHEDULE: ::gpu_stages::Schedule = ::gpu_stages::Schedule::new(
            "log",
            &[
                ::gpu_stages::Stage::new("stage 1")
                    .reads(&["state", "limit"])
                    .waits(&["state", "limit"])
                    .earlier(&["state", "limit"]),
                ::gpu_stages::Stage::new("stage 2").reads(&["state", "limit"]),
                ::gpu_stages::Stage::new("stage 3")
                    .reads(&["limit"])
                    .writes(&["state"])
                    .waits(&["state"]),
                ::gpu_stages::Stage::new("stage 4")
                    .reads(&["limit"])
                    .writes(&["state"])
                    .ready(&["limit"]),
                ::gpu_stages::Stage::new("stage 5").writes(&["state"]).ready(&["state"]),
            ],
        )
        .reads(&["limit"])
        .updates(&["state"]);
}
