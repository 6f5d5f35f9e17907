//! Statements, values and parameters under conditions of the configuration.
#![deny(warnings)]

use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Queue};
use gpu_stages::{Resource, Result, gpu_pipeline};

#[gpu_pipeline]
async fn block(#[updates] x: u64) -> Result<u64> {
    x += 1;
    #[cfg(unix)]
    {
        Ok(x)
    }
    #[cfg(not(unix))]
    {
        Ok(x)
    }
}

#[gpu_pipeline]
async fn exit_or_value(#[updates] x: u64) -> Result<u64> {
    x += 1;
    #[cfg(not(unix))]
    return Ok(x);
    #[cfg(unix)]
    {
        let y = x + 1;
        Ok(y)
    }
}

#[gpu_pipeline]
async fn value_or_exit(#[updates] x: u64) -> Result<u64> {
    x += 1;
    #[cfg(unix)]
    return Ok(x);
    #[cfg(not(unix))]
    {
        Ok(x)
    }
}

#[gpu_pipeline]
async fn exits(#[updates] x: u64) -> Result<u64> {
    #[cfg(unix)]
    let step = 1;
    #[cfg(not(unix))]
    let step = 2;
    x += step;
    #[cfg(unix)]
    return Ok(x);
    #[cfg(not(unix))]
    return Ok(x + 1);
}

#[gpu_pipeline]
async fn on_device(
    #[queue] queue: Queue,
    #[writes] x: DeviceBuffer<u64>,
    #[writes] host: HostBuffer<u64>,
) -> Result<()> {
    #[cfg(unix)]
    queue.fill(&mut x, 1)?;
    #[cfg(not(unix))]
    queue.fill(&mut x, 2)?;
    #[cfg(unix)]
    {
        queue.download(&x, &mut host)
    }
    #[cfg(not(unix))]
    {
        queue.download(&x, &mut host)
    }
}

pub fn main() -> Result<()> {
    futures::executor::block_on(async {
        let x = Resource::new(0);
        let on_unix = u64::from(cfg!(unix));
        assert_eq!(block(&x).await?, 1);
        assert_eq!(exit_or_value(&x).await?, 2 + on_unix);
        assert_eq!(value_or_exit(&x).await?, 3);
        assert_eq!(exits(&x).await?, if cfg!(unix) { 4 } else { 6 });
        let device = Device::new();
        let queue = Queue::new(&device)?;
        let buffer = Resource::new(DeviceBuffer::new(&device, 1)?);
        let host = Resource::new(HostBuffer::new(&device, 1)?);
        on_device(&queue, &buffer, &host).await?;
        let host = host.acquire_read()?.wait_events().await?;
        assert_eq!(host[0], if cfg!(unix) { 1 } else { 2 });
        Ok(())
    })
}
