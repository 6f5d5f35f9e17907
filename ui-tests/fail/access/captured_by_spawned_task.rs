use gpu_stages::cpu::{DeviceBuffer, Queue};
use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn count(
    #[queue] queue: Queue,
    #[updates] total: u64,
    #[writes] device: DeviceBuffer<u8>,
) -> Result<()> {
    std::thread::spawn(move || total += 1);
    std::thread::spawn(move || queue.fill(&mut device, 1));
    Ok(())
}

fn main() {}
