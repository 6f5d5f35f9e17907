use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn get(#[updates] x: u8, #[reads] x: u8, y: u8) -> Result<u8> {
    x += y;
    Ok(x)
}

fn main() {}
