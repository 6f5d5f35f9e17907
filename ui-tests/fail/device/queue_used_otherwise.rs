use gpu_stages::cpu::{DeviceBuffer, Queue};
use gpu_stages::{Result, gpu_pipeline};

fn pass(queue: &Queue) -> &Queue {
    queue
}

#[gpu_pipeline]
async fn fill(#[queue] queue: Queue, #[writes] x: DeviceBuffer<u8>) -> Result<Queue> {
    let bound = &queue;
    let clone = queue.clone();
    bound.fill(&mut x, 0)?;
    clone.fill(&mut x, 0)?;
    pass(&queue).fill(&mut x, 1)?;
    if clone.counts() == bound.counts() {
        return Ok(queue);
    }
    println!("{queue:?}");
    Ok(queue)
}

fn main() {}
