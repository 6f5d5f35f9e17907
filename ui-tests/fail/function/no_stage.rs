use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn get(#[reads] x: u8) -> Result<u8> {
    Ok(1)
}

fn main() {}
