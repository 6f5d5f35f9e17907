use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Queue};
use gpu_stages::{Resource, Result, gpu_pipeline};

struct Frame {
    queue: Queue,
    host: Resource<HostBuffer<u8>>,
    name: String,
}

impl Frame {
    #[gpu_pipeline]
    async fn fill(
        &self,
        #[queue(self.name)] queue: Queue,
        #[writes(self.host)] x: DeviceBuffer<u8>,
        #[owns(self.name.len())] n: u8,
    ) -> Result<u8> {
        queue.fill(&mut x, 0)?;
        Ok(n)
    }

    #[gpu_pipeline]
    async fn missing(
        &self,
        #[queue(self.queue)] queue: Queue,
        #[writes(self.devise)] x: DeviceBuffer<u8>,
    ) -> Result<()> {
        queue.fill(&mut x, 0)
    }
}

fn main() {}
