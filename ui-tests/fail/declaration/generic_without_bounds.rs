use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn push<T>(#[updates] list: Vec<T>, value: T) -> Result<usize> {
    list.push(value);
    Ok(list.len())
}

fn main() {}
