pub struct Correlator {
    queue: Queue,
    host: Resource<HostBuffer<f32>>,
    device: Resource<DeviceBuffer<f32>>,
    name: String,
}

impl Correlator {
    fn next(&self) -> u64 {
        self.name.len() as u64
    }

    /// The body does not mention `self`.
    #[gpu_pipeline]
    pub async fn process(
        &self,
        #[queue(self.queue)] queue: Queue,
        #[reads(self.host)] host: HostBuffer<f32>,
        #[writes(self.device)] device: DeviceBuffer<f32>,
        #[owns(self.next())] seed: u64,
    ) -> Result<f32> {
        queue.upload(&host, &mut device)?;
        Ok(host[0] * seed as f32)
    }

    /// The body mentions `self`, and there is more to borrow.
    #[gpu_pipeline]
    async fn label(&self, #[reads(self.host)] host: HostBuffer<f32>, unit: &str) -> Result<String> {
        Ok(format!("{}: {} {unit}", self.name, host[0]))
    }
}
