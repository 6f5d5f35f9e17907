#![deny(dead_code)]

use gpu_stages::{Result, gpu_pipeline};

struct Counter;

#[gpu_pipeline]
async fn count(#[updates] total: u64) -> Result<u64> {
    total += 1;
    Ok(total)
}

#[gpu_pipeline(schedule = none)]
async fn without_schedule(#[updates] total: u64) -> Result<u64> {
    total += 1;
    Ok(total)
}

impl Counter {
    #[gpu_pipeline]
    async fn count(&self, #[updates] total: u64) -> Result<u64> {
        total += 1;
        Ok(total)
    }
}

fn main() {
    let _ = Counter;
}
