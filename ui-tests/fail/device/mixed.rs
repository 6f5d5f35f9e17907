use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Queue};
use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn fill(
    #[queue] queue: Queue,
    #[writes] x: DeviceBuffer<u8>,
    #[updates] host: HostBuffer<u8>,
) -> Result<()> {
    for i in 0..4 {
        host[i] = 1;
        queue.upload(&host, &mut x)?;
    }
    if host[0] > 1 {
        queue.download(&x, &mut host)?;
    }
    {
        queue.download(&x, &mut host)?;
        host.reverse();
    }
    Ok(())
}

fn main() {}
