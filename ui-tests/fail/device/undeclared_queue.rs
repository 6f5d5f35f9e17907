use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Queue};
use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn upload(
    #[reads] host: HostBuffer<u8>,
    #[writes] device: DeviceBuffer<u8>,
    queue: Queue,
) -> Result<()> {
    queue.upload(&host, &mut device)
}

fn main() {}
