use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Queue};
use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn upload(
    #[queue] queue: &Queue,
    #[reads] host: &HostBuffer<u8>,
    #[writes] device: &mut DeviceBuffer<u8>,
) -> Result<()> {
    queue.upload(&host, &mut device)
}

fn main() {}
