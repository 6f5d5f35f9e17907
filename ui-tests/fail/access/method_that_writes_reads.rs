use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn write(#[reads] list: Vec<u8>) -> Result<()> {
    list.push(1);
    Ok(())
}

fn main() {}
