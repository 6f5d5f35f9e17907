use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn longest(#[reads] list: Vec<String>) -> Result<usize> {
    let first = &list[0];
    Ok(first.len())
}

fn main() {}
