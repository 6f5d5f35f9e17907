use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Queue};
use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn fill(
    #[queue] queue: Queue,
    #[writes] x: DeviceBuffer<u8>,
    #[updates] host: HostBuffer<u8>,
) -> Result<()> {
    queue.fill(&mut x, host[0])?;
    queue.fill(x, 0)?;
    queue.download(&x.clone(), &mut host)
}

fn main() {}
