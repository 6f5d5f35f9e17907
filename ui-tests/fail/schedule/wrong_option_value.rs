use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline(max_barriers = "two")]
async fn text(#[reads] list: Vec<u8>) -> Result<usize> {
    Ok(list.len())
}

#[gpu_pipeline(max_barriers = -1)]
async fn negative(#[reads] list: Vec<u8>) -> Result<usize> {
    Ok(list.len())
}

#[gpu_pipeline(max_barriers)]
async fn nothing(#[reads] list: Vec<u8>) -> Result<usize> {
    Ok(list.len())
}

#[gpu_pipeline(schedule = other::NAME)]
async fn elsewhere(#[reads] list: Vec<u8>) -> Result<usize> {
    Ok(list.len())
}

#[gpu_pipeline(max_barrier = 1)]
async fn misspelt(#[reads] list: Vec<u8>) -> Result<usize> {
    Ok(list.len())
}

fn main() {}
