use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn get(#[reads] x: u8) -> Result<u8> {
    fn add(#[reads] a: u8, #[update] b: u8) -> u8 {
        a + b
    }
    let next = |#[writes] c: u8| c + 1;
    Ok(add(next(x), x))
}

fn main() {}
