//! Versions where a pipeline reads or updates a resource.

#![deny(warnings, clippy::all, clippy::pedantic)]
#![forbid(unsafe_code)]

use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Queue};
use gpu_stages::{Backend, Readable, Resource, Result, Version, gpu_pipeline};
use std::future::Future;
use std::sync::Arc;

#[gpu_pipeline]
async fn difference(#[reads] before: i64, #[reads] after: i64) -> Result<i64> {
    Ok(after - before)
}

#[gpu_pipeline]
async fn increase(#[updates] value: i64, by: i64) -> Result<()> {
    value += by;
    Ok(())
}

#[gpu_pipeline]
async fn read_back<B: Backend>(
    #[queue] queue: gpu_stages::Queue<B>,
    #[reads] data: gpu_stages::DeviceBuffer<B, u8>,
    #[writes] host: gpu_stages::HostBuffer<B, u8>,
) -> Result<u8> {
    queue.download(&data, &mut host)?;
    Ok(host[0])
}

struct Watch {
    level: Resource<i64>,
    start: Version<i64>,
}

impl Watch {
    /// Resource and version as declared expressions.
    #[gpu_pipeline]
    async fn change(
        &self,
        #[reads(self.start)] start: i64,
        #[reads(self.level)] level: i64,
    ) -> Result<i64> {
        Ok(level - start)
    }
}

/// What is passed on is either.
fn twice(value: &Readable<i64>) -> impl Future<Output = Result<()>> + use<> {
    let (first, second) = (increase(value, 1), increase(value, 1));
    async move {
        first.await?;
        second.await
    }
}

fn spawnable<T>(future: impl Future<Output = T> + Send + 'static) -> T {
    futures::executor::block_on(future)
}

pub fn main() -> Result<()> {
    let level = Resource::ring([1, 0, 0]);
    let watch = Watch {
        start: level.pin(),
        level: level.clone(),
    };
    spawnable(level.replace(10))?;
    assert_eq!(spawnable(difference(&watch.start, &level))?, 9);
    assert_eq!(spawnable(watch.change())?, 9);
    spawnable(increase(&watch.start, 4))?;
    spawnable(twice(&watch.start))?;
    spawnable(twice(&level))?;
    assert_eq!(spawnable(watch.change())?, 5);
    // Through whatever derefs to it.
    let shared = Arc::new(level);
    assert_eq!(spawnable(difference(&watch.start.clone(), &shared))?, 5);
    let latest = shared
        .latest()
        .map(|latest| spawnable(difference(&watch.start, &latest)));
    assert!(matches!(latest, Some(Ok(5))));

    let device = Device::new();
    let queue = Queue::new(&device)?;
    let data = Resource::new(DeviceBuffer::new(&device, 1)?);
    let host = Resource::new(HostBuffer::new(&device, 1)?);
    assert_eq!(spawnable(read_back(&queue, &data.pin(), &host))?, 0);
    Ok(())
}
