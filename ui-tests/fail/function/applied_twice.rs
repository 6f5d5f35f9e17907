use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
#[gpu_pipeline(until = enqueued)]
async fn get(#[reads] x: u8) -> Result<u8> {
    Ok(x)
}

#[gpu_pipeline]
#[gpu_stages::gpu_pipeline]
async fn other(#[reads] x: u8) -> Result<u8> {
    Ok(x)
}

fn main() {}
