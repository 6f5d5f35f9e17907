use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn get(#[reads] (x, y): (u8, u8), #[reads] z: u8) -> Result<u8> {
    Ok(x + y + z)
}

fn main() {}
