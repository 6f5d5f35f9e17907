use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline(untill = enqueued)]
async fn get(#[reads] x: u8) -> Result<u8> {
    Ok(x)
}

#[gpu_pipeline(queue = 1)]
async fn other(#[reads] x: u8) -> Result<u8> {
    Ok(x)
}

fn main() {}
