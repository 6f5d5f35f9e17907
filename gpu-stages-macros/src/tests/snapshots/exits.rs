#[gpu_pipeline]
async fn search(#[reads] table: Vec<u64>, #[updates] found: u64, key: u64) -> Result<u64> {
    let Some(value) = table.iter().copied().find(|it| { return *it == key; }) else {
        return Err(Error::NotFound);
    };
    let late = async { return 1; };
    if key == 0 {
        return Ok(found);
    }
    found += late.await;
    Ok(value + found)
}
