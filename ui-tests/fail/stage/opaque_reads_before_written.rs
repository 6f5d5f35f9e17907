use gpu_stages::cpu::{DeviceBuffer, Queue};
use gpu_stages::{Result, gpu_pipeline};

fn foreign() {}

#[gpu_pipeline]
async fn get(#[queue] queue: Queue, #[writes] x: DeviceBuffer<u8>) -> Result<()> {
    #[stage(queue = queue, reads(x))]
    foreign();
    queue.fill(&mut x, 0)
}

fn main() {}
