#[gpu_pipeline]
async fn describe<'a>(
    #[reads] table: Table<'static>,
    name: &str,
    Pair { first, second }: Pair<'a, '_>,
    mut words: impl FnMut(&str) -> usize,
    _permit: &Permit,
) -> Result<Text<'a>> {
    Ok(table.text(name, first, second, words(name)))
}

#[gpu_pipeline]
async fn elided(#[reads] least: usize, text: &str) -> Result<&str> {
    assert!(text.len() > least);
    Ok(text)
}
