use gpu_stages::{Result, gpu_pipeline};

struct Frame;

impl Frame {
    #[gpu_pipeline]
    async fn get(#[updates] &self, #[reads] x: u8) -> Result<u8> {
        Ok(x)
    }
}

fn main() {}
