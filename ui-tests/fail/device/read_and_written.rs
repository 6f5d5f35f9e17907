use gpu_stages::cpu::{DeviceBuffer, Kernel, Queue};
use gpu_stages::{Result, gpu_pipeline};

fn enqueue<T: ?Sized>(_: &Queue, _: &T, _: &mut T) {}

#[gpu_pipeline]
async fn twice(
    #[queue] queue: Queue,
    #[updates] x: DeviceBuffer<u8>,
    #[updates] y: DeviceBuffer<u8>,
    kernel: Kernel,
) -> Result<()> {
    queue.launch(&kernel, x.len(), (&x, &mut x))?;
    queue.copy(&mut x, &mut x)?;
    enqueue(&queue, &y, &mut y);
    Ok(())
}

fn main() {}
