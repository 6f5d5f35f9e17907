use gpu_stages::cpu::Queue;
use gpu_stages::{Result, gpu_pipeline};

fn enqueue<T: ?Sized>(_: &Queue, _: &T) {}

#[gpu_pipeline]
async fn fill(#[queue] queue: Queue, #[reads] x: String) -> Result<()> {
    enqueue(&queue, &x);
    Ok(())
}

fn main() {}
