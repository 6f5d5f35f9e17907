use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn get(#[reads] x: u8) -> Result<u8, String> {
    Ok(x)
}

#[gpu_pipeline]
async fn nothing(#[reads] x: u8) -> std::result::Result<u8, ()> {
    Ok(x)
}

fn main() {}
