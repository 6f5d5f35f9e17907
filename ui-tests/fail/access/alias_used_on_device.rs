use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Queue};
use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn download(
    #[queue] queue: Queue,
    #[reads] device: DeviceBuffer<u8>,
    #[writes] parts: (DeviceBuffer<u8>, DeviceBuffer<u8>),
    #[writes] host: HostBuffer<u8>,
) -> Result<u8> {
    let source = &device;
    let target = &mut parts.1;
    queue.copy(source, target)?;
    queue.download(&parts.1, &mut host)?;
    Ok(host[0])
}

fn main() {}
