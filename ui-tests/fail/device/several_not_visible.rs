use gpu_stages::cpu::Queue;
use gpu_stages::{Result, gpu_pipeline};

fn enqueue(_: &Queue, _: &str, _: &[u8]) {}

#[gpu_pipeline]
async fn fill(#[queue] queue: Queue, #[reads] x: String, #[reads] y: Vec<u8>) -> Result<()> {
    enqueue(&queue, &x, &y);
    Ok(())
}

fn main() {}
