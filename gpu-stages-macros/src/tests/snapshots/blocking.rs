#[gpu_pipeline]
async fn load(#[writes] table: Vec<u64>, path: PathBuf, mut count: u64) -> Result<u64> {
    #[stage(blocking, name = "read the file")]
    let text = {
        count += 1;
        std::fs::read_to_string(&path)?
    };
    #[stage(blocking)]
    for line in text.lines() {
        table.push(line.parse()?);
    }
    count += table[0];
    #[stage(blocking)]
    Ok(count + sum(&table))
}
