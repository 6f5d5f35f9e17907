use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn get(#[reads] __x: u8, __y: u8) -> Result<u8> {
    let __z = __x + __y;
    Ok(__z)
}

fn main() {}
