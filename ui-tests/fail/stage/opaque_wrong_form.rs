use gpu_stages::cpu::{DeviceBuffer, Queue};
use gpu_stages::{Result, gpu_pipeline};

fn foreign() {}

#[gpu_pipeline]
async fn get(
    #[queue] queue: Queue,
    #[updates] x: DeviceBuffer<u8>,
    #[updates] y: DeviceBuffer<u8>,
) -> Result<()> {
    queue.copy(&x, &mut y)?;
    #[stage(queue, reads)]
    foreign();
    #[stage(queue("queue"), writes(x))]
    foreign();
    #[stage(queue = queue, writes(x[0]), reads = y)]
    foreign();
    #[stage(queue = queue, writes())]
    foreign();
    #[stage(queue = queue, queue = queue, writes(x), writes(y))]
    foreign();
    Ok(())
}

fn main() {}
