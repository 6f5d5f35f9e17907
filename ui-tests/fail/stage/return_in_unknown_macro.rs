use gpu_stages::{Result, gpu_pipeline};

#[allow(unused_macros)]
macro_rules! unless {
    ($condition:expr, $otherwise:expr) => {
        if !$condition {
            $otherwise
        }
    };
}

#[gpu_pipeline]
async fn get(#[updates] x: u8, n: u8) -> Result<u8> {
    x += 1;
    unless!(n > 1, return Ok(1));
    Ok(x)
}

fn main() {}
