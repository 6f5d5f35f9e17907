use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn get(#[reads()] x: u8, #[updates = y] y: u8) -> Result<u8> {
    y += x;
    Ok(y)
}

fn main() {}
