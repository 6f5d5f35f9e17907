#[gpu_pipeline]
async fn log(#[updates] state: State, #[reads] limit: u64) -> Result<String> {
    assert_eq!(state.count, limit, "{state:?} {{limit}}");
    info!(target: "log", ?state, limit, other = %limit, "at {limit:>3}");
    state.names = vec![format!("{limit} {0}", state.count)];
    write!(state.text, "{limit} {limit}", limit = limit + 1)?;
    Ok(dbg!(state.text.clone()))
}
