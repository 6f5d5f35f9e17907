use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Queue};
use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn write(
    #[queue] queue: Queue,
    #[reads] device: DeviceBuffer<u8>,
    #[reads] host: HostBuffer<u8>,
    #[reads] count: u8,
) -> Result<()> {
    queue.fill(&mut device, 0)?;
    host[0] = 1;
    count += 1;
    Ok(())
}

fn main() {}
