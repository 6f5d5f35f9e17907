use gpu_stages::{Result, gpu_pipeline};

trait Process {
    #[gpu_pipeline]
    async fn process(#[reads] x: u8) -> Result<u8>;
}

fn main() {}
