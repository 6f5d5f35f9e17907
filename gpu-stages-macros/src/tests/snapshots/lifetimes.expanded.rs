///
/// # Schedule
///
/// | # | stage | runs on | reads | writes | waits for             | on the queue | releases |
/// |---|-------|---------|-------|--------|-----------------------|--------------|----------|
/// | 0 | text  | host    | table |        | earlier calls (table) |              | table    |
fn describe<'__name, '__arg2, '__permit, 'a, __Impl0: FnMut(&str) -> usize>(
    table: &::gpu_stages::Readable<Table<'static>>,
    name: &'__name str,
    __arg2: Pair<'a, '__arg2>,
    words: __Impl0,
    _permit: &'__permit Permit,
) -> impl ::core::future::Future<
    Output = Result<Text<'a>>,
> + use<'__arg2, '__name, 'a, __Impl0> {
    let __call = describe::SCHEDULE.call();
    let __held = __call.acquire((table.reads().named("table").on_host(),));
    ::core::clone::Clone::clone(&__call)
        .run::<
            Result<Text<'a>>,
            _,
        >(
            ::gpu_stages::rt::Until::Complete,
            async move {
                #[allow(clippy::used_underscore_binding)]
                let (name, Pair { first, second }, mut words) = (name, __arg2, words);
                let (table,) = __held?;
                __call.enter(0);
                let table = table.wait_events().await?;
                let __value: Result<Text<'a>> = Ok(
                    (*table).text(name, first, second, words(name)),
                );
                let __value = __call.returns(__value);
                __value
            },
        )
}
/// The stages of `describe` and their synchronisation.
#[allow(non_camel_case_types)]
enum describe {}
impl describe {
    /// The stages of `describe` and their synchronisation.
    const SCHEDULE: ::gpu_stages::Schedule = ::gpu_stages::Schedule::new(
            "describe",
            &[
                ::gpu_stages::Stage::new("text")
                    .reads(&["table"])
                    .waits(&["table"])
                    .earlier(&["table"])
                    .ready(&["table"]),
            ],
        )
        .reads(&["table"]);
}
///
/// # Schedule
///
/// | # | stage   | runs on | reads | writes | waits for             | on the queue | releases |
/// |---|---------|---------|-------|--------|-----------------------|--------------|----------|
/// | 0 | stage 1 | host    | least |        | earlier calls (least) |              | least    |
fn elided<'__text>(
    least: &::gpu_stages::Readable<usize>,
    text: &'__text str,
) -> impl ::core::future::Future<Output = Result<&'__text str>> + use<'__text> {
    let __call = elided::SCHEDULE.call();
    let __held = __call.acquire((least.reads().named("least").on_host(),));
    ::core::clone::Clone::clone(&__call)
        .run::<
            Result<&'__text str>,
            _,
        >(
            ::gpu_stages::rt::Until::Complete,
            async move {
                let text = text;
                let (least,) = __held?;
                __call.enter(0);
                let least = least.wait_events().await?;
                assert!(text.len() > (* least));
                least.ready();
                let __value: Result<&'__text str> = Ok(text);
                let __value = __call.returns(__value);
                __value
            },
        )
}
/// The stages of `elided` and their synchronisation.
#[allow(non_camel_case_types)]
enum elided {}
impl elided {
    /// The stages of `elided` and their synchronisation.
    const SCHEDULE: ::gpu_stages::Schedule = ::gpu_stages::Schedule::new(
            "elided",
            &[
                ::gpu_stages::Stage::new("stage 1")
                    .reads(&["least"])
                    .waits(&["least"])
                    .earlier(&["least"])
                    .ready(&["least"]),
            ],
        )
        .reads(&["least"]);
}
