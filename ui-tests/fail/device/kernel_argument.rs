use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Kernel, Queue};
use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn run(
    #[queue] queue: Queue,
    #[writes] x: DeviceBuffer<u8>,
    #[reads] host: HostBuffer<u8>,
    kernel: Kernel,
    name: String,
) -> Result<()> {
    queue.launch(&kernel, x.len(), (&mut x, name.as_str()))?;
    queue.launch(&kernel, x.len(), &mut x)?;
    queue.launch(&kernel, x.len(), (&mut x, &host))
}

fn main() {}
