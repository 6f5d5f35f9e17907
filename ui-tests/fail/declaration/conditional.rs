use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn get(#[cfg(unix)] #[reads] x: u8, y: u8) -> Result<u8> {
    Ok(x + y)
}

fn main() {}
