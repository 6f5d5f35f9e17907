use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn get(#[reads] x: u8, #[cfg(unix)] y: u8) -> Result<u8> {
    Ok(x + y)
}

fn main() {}
