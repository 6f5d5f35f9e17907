use gpu_stages::cpu::{DeviceBuffer, Queue};
use gpu_stages::{Result, gpu_pipeline};

fn finish(_: &u64) {}

#[gpu_pipeline]
async fn question(#[queue] queue: Queue, #[writes] x: DeviceBuffer<f32>) -> Result<()> {
    queue.fill(&mut x, 1.0)?;
}

#[gpu_pipeline]
async fn semicolon(#[queue] queue: Queue, #[writes] x: DeviceBuffer<f32>) -> Result<()> {
    queue.fill(&mut x, 1.0);
}

#[gpu_pipeline]
async fn semicolon_after_ok(#[reads] x: u64) -> Result<u64> {
    Ok(x);
}

#[gpu_pipeline]
async fn assignment(#[updates] x: u64) -> Result<()> {
    x += 1;
}

#[gpu_pipeline]
async fn binding(#[reads] x: u64) -> Result<()> {
    let y = x;
}

#[gpu_pipeline]
async fn repeated(#[updates] x: u64) -> Result<()> {
    for i in 0..3 {
        x += i;
    }
}

#[gpu_pipeline]
async fn early(#[updates] x: u64) -> Result<()> {
    x += 1;
    if x > 3 {
        return;
    }
    Ok(())
}

// Rustc knows whether the function returns.
#[gpu_pipeline]
async fn call(#[reads] x: u64) -> Result<()> {
    finish(&x);
}

fn main() {}
