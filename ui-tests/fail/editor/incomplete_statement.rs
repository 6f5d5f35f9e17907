use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Queue};
use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn upload(
    #[queue] up: Queue,
    #[reads] host: HostBuffer<u8>,
    #[writes] device: DeviceBuffer<u8>,
) -> Result<()> {
    up.
    up.upload(&host, &mut device)
}

fn main() {}
