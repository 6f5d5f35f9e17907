use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn add(
    #[reads, writes] a: Vec<u64>,
    #[reads(mut)] b: u64,
    #[read_write] c: u64,
) -> Result<u64> {
    a.push(b);
    c += b;
    Ok(a[0])
}

fn main() {}
