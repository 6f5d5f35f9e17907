use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Queue};
use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn refresh(
    #[queue] queue: Queue,
    #[writes] host: HostBuffer<u8>,
    #[writes] device: DeviceBuffer<u8>,
    #[writes] label: String,
    is_new: bool,
) -> Result<String> {
    if is_new {
        label = String::from("new");
    }
    if is_new {
        queue.fill(&mut device, 1)?;
    }
    queue.download(&device, &mut host)?;
    Ok(format!("{label}: {}", host[0]))
}

fn main() {}
