use gpu_stages::{Result, gpu_pipeline};

struct Lists;

impl Lists {
    #[gpu_pipeline]
    async fn length(#[reads] list: Vec<u8>) -> Result<usize> {
        Ok(list.len())
    }
}

fn main() {}
