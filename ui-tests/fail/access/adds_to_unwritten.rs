use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn count(#[writes] total: u64, #[writes] sums: Vec<u64>) -> Result<()> {
    total += 1;
    sums[0] += 2;
    Ok(())
}

fn main() {}
