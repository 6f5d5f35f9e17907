use gpu_stages::{Resource, Result};

fn hand_on(value: &Resource<u32>) -> Result<()> {
    value.acquire_write()?.ready();
    Ok(())
}

fn main() {}
