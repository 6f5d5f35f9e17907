use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline(until = tomorrow, crate = 3)]
async fn get(#[reads] x: u8) -> Result<u8> {
    Ok(x)
}

fn main() {}
