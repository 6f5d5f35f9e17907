use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn take(#[updates] x: Vec<u8>) -> Result<usize> {
    let closure = move || x.iter().count();
    let block = async move { x[0] };
    block.await;
    Ok(closure())
}

fn main() {}
