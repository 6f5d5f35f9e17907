use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Queue};
use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn turn(
    #[queue] queue: Queue,
    #[writes] device: DeviceBuffer<u8>,
    #[writes] host: HostBuffer<u8>,
) -> Result<()> {
    queue.download(&device, &mut host)?;
    queue.upload(&host, &mut device)
}

fn main() {}
