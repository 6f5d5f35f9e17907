use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Queue};
use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn prepare(
    #[queue] queue: Queue,
    #[reads] host: HostBuffer<u8>,
    #[writes] device: DeviceBuffer<u8>,
    #[writes] copy: DeviceBuffer<u8>,
    kind: u8,
) -> Result<()> {
    match kind {
        0 => queue.fill(&mut device, 1)?,
        1 => queue.upload(&host, &mut device)?,
        _ => {}
    }
    queue.copy(&device, &mut copy)
}

fn main() {}
