use gpu_stages::{Resource, Result};

async fn write(value: &Resource<u32>) -> Result<()> {
    let mut value = value.acquire_read()?.wait_events().await?;
    *value = 1;
    Ok(())
}

fn main() {}
