use gpu_stages::{Resource, Result, gpu_pipeline};
use std::future::Future;

trait Count {
    fn count(&self) -> impl Future<Output = Result<usize>>;
}

impl Count for Resource<Vec<u8>> {
    #[gpu_pipeline]
    async fn count(&self, #[reads(self)] list: Vec<u8>) -> Result<usize> {
        Ok(list.len())
    }
}

fn main() {}
