//! `until = enqueued` and `crate = path`.

#![deny(warnings, clippy::all, clippy::pedantic)]
#![forbid(unsafe_code)]

mod reexport {
    pub(crate) use ::gpu_stages as library;
}

use reexport::library::cpu::{Device, DeviceBuffer, Queue};
use reexport::library::{Resource, Result, gpu_pipeline};

#[gpu_pipeline(until = enqueued, crate = crate::reexport::library)]
async fn fill(#[queue] queue: Queue, #[writes] buffer: DeviceBuffer<u8>) -> Result<()> {
    queue.fill(&mut buffer, 1)?;
    Ok(())
}

#[gpu_pipeline(crate = reexport::library,)]
async fn count(#[reads] buffer: DeviceBuffer<u8>, name: &str) -> Result<usize> {
    Ok(buffer.len() + name.len())
}

fn main() -> Result<()> {
    let device = Device::new();
    let queue = Queue::new(&device)?;
    let buffer = Resource::new(DeviceBuffer::new(&device, 4)?);
    futures::executor::block_on(async {
        fill(&queue, &buffer).await?;
        assert_eq!(count(&buffer, "ab").await?, 6);
        Ok(())
    })
}
