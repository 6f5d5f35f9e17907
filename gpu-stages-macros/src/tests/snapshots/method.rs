impl Correlator {
    /// The body does not mention `self`.
    #[gpu_pipeline]
    pub async fn process(
        &self,
        #[queue(self.queue)] queue: Queue,
        #[writes(self.host)] host: HostBuffer<f32>,
        #[owns(self.next())] seed: u64,
    ) -> Result<f32> {
        fill(seed, &mut host);
        queue.upload(&host, &mut host)?;
        Ok(host[0])
    }

    /// The body mentions `self`, and there is more to borrow.
    #[gpu_pipeline]
    async fn label(&self, #[reads(self.host)] host: HostBuffer<f32>, unit: &str) -> Result<String> {
        Ok(format!("{}: {} {unit}", self.name, host[0]))
    }
}
