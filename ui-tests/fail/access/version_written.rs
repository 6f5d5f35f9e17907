use gpu_stages::{Resource, Result, gpu_pipeline};

#[gpu_pipeline]
async fn set(#[writes] value: u64) -> Result<()> {
    value = 1;
    Ok(())
}

fn main() {
    let value = Resource::new(0);
    let version = value.pin();
    let _ = set(&version);
}
