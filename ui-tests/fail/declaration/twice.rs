use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn get(#[reads] #[writes] x: u8) -> Result<u8> {
    Ok(x)
}

fn main() {}
