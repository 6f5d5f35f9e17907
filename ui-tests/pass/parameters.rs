//! Plain parameters: with attributes, and used by declarations alone. The macro adds no warning.
#![deny(warnings)]

use gpu_stages::cpu::{Device, DeviceBuffer, Queue};
use gpu_stages::{Resource, Result, gpu_pipeline};

#[gpu_pipeline]
async fn lints(
    #[reads] x: u64,
    #[allow(unused_variables)] allowed: u64,
    #[expect(unused_variables)] expected: u64,
    #[allow(unused_mut)] mut changeable: u64,
    #[expect(unused_variables)] lent: &str,
) -> Result<u64> {
    Ok(x + changeable)
}

#[gpu_pipeline]
async fn conditional(
    #[reads] x: u64,
    #[cfg(unix)] text: &str,
    #[cfg(not(unix))] number: u64,
) -> Result<u64> {
    #[cfg(unix)]
    let number: u64 = text.parse().unwrap_or(0);
    Ok(x + number)
}

pub struct Cards {
    queues: Vec<Queue>,
    buffers: Vec<Vec<Resource<DeviceBuffer<f32>>>>,
}

impl Cards {
    /// The index is used by the declarations alone.
    #[gpu_pipeline]
    async fn clear(
        &self,
        card: usize,
        #[queue(self.queues[card])] queue: Queue,
        #[writes(self.buffers[card][0])] buffer: DeviceBuffer<f32>,
    ) -> Result<()> {
        queue.fill(&mut buffer, 1.0)
    }

    #[gpu_pipeline]
    async fn clear_one(
        &self,
        (card, mut index): (usize, usize),
        #[queue(self.queues[card])] queue: Queue,
        #[writes(self.buffers[card][index])] buffer: DeviceBuffer<f32>,
    ) -> Result<usize> {
        queue.fill(&mut buffer, 1.0)?;
        index += 1;
        Ok(index)
    }
}

#[gpu_pipeline]
async fn moved_by_declaration(text: String, #[owns(text)] owned: String) -> Result<usize> {
    Ok(owned.len())
}

pub fn main() -> Result<()> {
    futures::executor::block_on(async {
        let x = Resource::new(1);
        assert_eq!(lints(&x, 0, 0, 2, "").await?, 3);
        #[cfg(unix)]
        assert_eq!(conditional(&x, "4").await?, 5);
        #[cfg(not(unix))]
        assert_eq!(conditional(&x, 4).await?, 5);

        let device = Device::new();
        let buffer = || Ok::<_, gpu_stages::Error>(Resource::new(DeviceBuffer::new(&device, 1)?));
        let cards = Cards {
            queues: vec![Queue::new(&device)?],
            buffers: vec![vec![buffer()?, buffer()?]],
        };
        cards.clear(0).await?;
        assert_eq!(cards.clear_one((0, 1)).await?, 2);
        assert_eq!(moved_by_declaration("four".to_owned()).await?, 4);
        Ok(())
    })
}
