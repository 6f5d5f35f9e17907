use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn get(#[reads] x: u8) -> Result<u8, String> {
    Ok(x)
}

fn main() {}
