use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Queue};
use gpu_stages::{Result, gpu_pipeline};

struct Sender;

impl Sender {
    async fn add(&mut self, _: &[f32]) {}
}

#[gpu_pipeline]
async fn dump(
    #[queue] queue: Queue,
    #[reads] products: DeviceBuffer<f32>,
    #[writes] h_products: HostBuffer<f32>,
    #[updates] sender: Sender,
) -> Result<()> {
    {
        queue.download(&products, &mut h_products)?;
        sender.add(&h_products).await;
    }
    Ok(())
}

fn main() {}
