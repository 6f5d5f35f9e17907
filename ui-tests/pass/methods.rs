//! Pipelines as methods: what `self` has is declared by expression.

#![deny(warnings, clippy::all, clippy::pedantic)]
#![forbid(unsafe_code)]

use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Kernel, Queue};
use gpu_stages::{Resource, Result, gpu_pipeline};
use std::future::Future;

struct Doubler {
    queue: Queue,
    host: Resource<HostBuffer<u32>>,
    device: Resource<DeviceBuffer<u32>>,
    kernel: Kernel,
    name: String,
}

impl Doubler {
    fn new() -> Result<Self> {
        let device = Device::new();
        Ok(Doubler {
            queue: Queue::new(&device)?,
            host: Resource::new(HostBuffer::new(&device, 4)?),
            device: Resource::new(DeviceBuffer::new(&device, 4)?),
            kernel: Kernel::new("double", |data: &mut [u32]| {
                for x in data {
                    *x *= 2;
                }
            }),
            name: "doubler".to_owned(),
        })
    }

    /// The body does not mention `self`: the future is `'static`.
    #[gpu_pipeline]
    pub async fn detached(
        &self,
        #[queue(self.queue)] queue: Queue,
        #[writes(self.host)] host: HostBuffer<u32>,
        #[writes(self.device)] device: DeviceBuffer<u32>,
        kernel: Kernel,
        value: u32,
    ) -> Result<u32> {
        host.fill(value);
        queue.upload(&host, &mut device)?;
        queue.launch(&kernel, device.len(), (&mut device,))?;
        queue.download(&device, &mut host)?;
        Ok(host.iter().sum())
    }

    /// The body mentions `self`, and so does a reference that expressions give.
    #[gpu_pipeline]
    pub async fn attached(
        &self,
        #[queue(&self.queue)] queue: Queue,
        #[updates(&self.host)] host: HostBuffer<u32>,
        #[writes(self.device)] device: DeviceBuffer<u32>,
        label: &str,
    ) -> Result<String> {
        queue.upload(&host, &mut device)?;
        queue.launch(&self.kernel, device.len(), (&mut device,))?;
        queue.download(&device, &mut host)?;
        Ok(format!("{} {label}: {}", self.name, host[0]))
    }

    /// The return type borrows from `self`.
    #[gpu_pipeline]
    async fn name(&self, #[reads(self.host)] host: HostBuffer<u32>) -> Result<&str> {
        assert!(host.len() == 4);
        Ok(self.name.as_str())
    }

    /// No `self`, but `Self`.
    #[gpu_pipeline]
    async fn make(#[owns] value: u32) -> Result<Self> {
        assert_eq!(value, 1);
        Self::new()
    }
}

struct Sum<T: Send + Sync + 'static> {
    total: Resource<T>,
}

impl<T: Copy + std::ops::AddAssign + Send + Sync + 'static> Sum<T> {
    #[gpu_pipeline]
    async fn add(&self, #[updates(self.total)] total: T, value: T) -> Result<T> {
        total += value;
        Ok(total.clone())
    }

    #[gpu_pipeline]
    async fn add_all<I>(&self, #[updates(self.total)] total: T, values: I) -> Result<usize>
    where
        I: IntoIterator<Item = T> + 'static,
    {
        let mut count = 0;
        for value in values {
            total += value;
            count += 1;
        }
        Ok(count)
    }

    #[gpu_pipeline]
    async fn add_borrowed<I: Iterator<Item = T>>(
        &self,
        #[updates(self.total)] total: T,
        values: I,
    ) -> Result<()> {
        for value in values {
            total += value;
        }
        Ok(())
    }
}

fn spawnable<T>(future: impl Future<Output = T> + Send + 'static) -> T {
    futures::executor::block_on(future)
}

pub fn main() -> Result<()> {
    let doubler = Doubler::new()?;
    let kernel = doubler.kernel.clone();
    assert_eq!(spawnable(doubler.detached(kernel, 5))?, 40);
    let label = String::from("label");
    let text = futures::executor::block_on(doubler.attached(&label))?;
    assert_eq!(text, "doubler label: 20");
    assert_eq!(futures::executor::block_on(doubler.name())?, "doubler");
    assert_eq!(spawnable(Doubler::make(1))?.name, "doubler");
    let sum = Sum {
        total: Resource::new(1_u64),
    };
    assert_eq!(spawnable(sum.add(2))?, 3);
    assert_eq!(spawnable(sum.add_all(vec![1, 2]))?, 2);
    let values = [3_u64];
    futures::executor::block_on(sum.add_borrowed(values.iter().copied()))?;
    assert_eq!(spawnable(sum.add(0))?, 9);
    Ok(())
}
