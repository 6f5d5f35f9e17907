//! Opaque stages: declared uses alone, with what is seen, and every kind of statement.

#![deny(warnings, clippy::all, clippy::pedantic)]
#![forbid(unsafe_code)]

use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Kernel, Queue};
use gpu_stages::{Backend, DeviceVisible, Resource, Result, gpu_pipeline};
use std::sync::{Arc, Mutex};

/// Stands for the sums that a plan's kernels keep.
#[derive(DeviceVisible)]
struct Sums;

/// Kernels that keep their sums to themselves, and a queue that was given to them before.
struct Plan {
    queue: Queue,
    add: Kernel,
    sums: Arc<Mutex<Vec<u32>>>,
}

impl Plan {
    fn new(queue: &Queue) -> Self {
        let sums = Arc::new(Mutex::new(Vec::new()));
        let inside = sums.clone();
        let add = Kernel::new("add", move |data: &[u32]| {
            inside.lock().unwrap().push(data.iter().sum());
        });
        Plan {
            queue: queue.clone(),
            add,
            sums,
        }
    }

    fn is_ready(&self) -> bool {
        self.queue.marker().is_ok()
    }

    /// Looked at when the device is done with it.
    fn take(&self) -> Vec<u32> {
        std::mem::take(&mut self.sums.lock().unwrap())
    }

    /// Sums are added in order, and looked at in order.
    #[gpu_pipeline]
    async fn sum(
        &self,
        #[queue(self.queue)] queue: Queue,
        #[updates] host: HostBuffer<u32>,
        #[writes] pair: (DeviceBuffer<u32>, DeviceBuffer<u32>),
        #[updates] sums: Sums,
    ) -> Result<Vec<u32>> {
        queue.upload(&host, &mut pair.0)?;
        #[stage(queue = queue, name = "first", writes(sums))]
        queue.launch(&self.add, pair.0.len(), (&pair.0,))?;
        #[stage(queue = queue, reads(sums))]
        let is_ready = self.is_ready();
        #[stage(queue = queue, writes(sums, pair))]
        for _ in 0..2 {
            queue.launch(&self.add, 1, (&pair.0[..2],))?;
        }
        host.fill(u32::from(is_ready));
        let _ = &sums;
        Ok(self.take())
    }
}

/// The last statement, generic over the backend.
#[gpu_pipeline]
async fn tail<B: Backend>(
    #[queue] queue: gpu_stages::Queue<B>,
    #[owns] sums: Sums,
    enqueue: impl FnOnce() -> Result<u8>,
) -> Result<u8> {
    #[stage(queue = queue, writes(sums))]
    enqueue()
}

pub fn main() -> Result<()> {
    let device = Device::new();
    let queue = Queue::new(&device)?;
    let plan = Plan::new(&queue);
    let host = Resource::new(HostBuffer::new(&device, 4)?);
    let buffer = || DeviceBuffer::<u32>::new(&device, 4);
    let pair = Resource::new((buffer()?, buffer()?));
    let sums = Resource::new(Sums);
    futures::executor::block_on(async {
        let mut first = host.acquire_write()?.wait_events().await?;
        first.copy_from_slice(&[1, 2, 3, 4]);
        first.ready();
        assert_eq!(plan.sum(&host, &pair, &sums).await?, [10, 3, 3]);
        assert_eq!(plan.sum(&host, &pair, &sums).await?, [4, 2, 2]);
        assert_eq!(tail(&queue, Sums, || Ok(7)).await?, 7);
        Ok(())
    })
}
