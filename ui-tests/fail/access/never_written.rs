use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn get(#[writes] a: Vec<u8>, #[updates] b: Vec<u8>) -> Result<u8> {
    let sum: u8 = [&a, &b].into_iter().flatten().sum();
    Ok(sum)
}

fn main() {}
