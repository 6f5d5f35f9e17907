use gpu_stages::{Result, gpu_pipeline};

struct Failure;

#[gpu_pipeline]
async fn get(#[reads] x: u8) -> Result<u8, Failure> {
    Ok(x)
}

fn main() {}
