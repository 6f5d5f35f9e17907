use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn add(#[updates] x: u8) -> Result<u8> {
    x += 1;
    x.
}

fn main() {}
