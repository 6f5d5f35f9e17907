use gpu_stages::cpu::Queue;
use gpu_stages::{Result, gpu_pipeline};

fn enqueue(_: &Queue, _: &str) {}

#[gpu_pipeline]
async fn fill(#[queue] queue: Queue, #[reads] x: String) -> Result<()> {
    enqueue(&queue, &x);
    Ok(())
}

fn main() {}
