use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Queue};
use gpu_stages::{Result, gpu_pipeline};

struct Uploader {
    queue: Queue,
}

impl Uploader {
    #[gpu_pipeline]
    async fn upload(
        &self,
        #[reads] host: HostBuffer<u8>,
        #[writes] device: DeviceBuffer<u8>,
    ) -> Result<()> {
        self.queue.upload(&host, &mut device)
    }
}

fn main() {}
