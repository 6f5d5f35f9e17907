//! Device stages: loops, branches, blocks, aliases, parts, sub-ranges, facts, helper functions.

#![deny(warnings, clippy::all, clippy::pedantic)]
#![forbid(unsafe_code)]

use gpu_stages::cpu::{Device, DeviceBuffer, DeviceView, HostBuffer, Kernel, Queue};
use gpu_stages::{Resource, Result, gpu_pipeline};

const SAMPLES: usize = 8;

fn add(
    queue: &Queue,
    kernel: &Kernel,
    from: &DeviceView<u32>,
    to: &mut DeviceView<u32>,
) -> Result<()> {
    queue.launch(kernel, to.len(), (from, to))
}

struct Adder<'a> {
    kernel: &'a Kernel,
}

impl Adder<'_> {
    fn enqueue(
        &self,
        queue: &Queue,
        from: &DeviceView<u32>,
        to: &mut DeviceView<u32>,
    ) -> Result<()> {
        add(queue, self.kernel, from, to)
    }
}

/// Loops, branches and blocks that only enqueue.
#[gpu_pipeline]
async fn control_flow(
    #[queue] up: Queue,
    #[queue] compute: Queue,
    #[updates] host: HostBuffer<u32>,
    #[writes] a: DeviceBuffer<u32>,
    #[writes] b: DeviceBuffer<u32>,
    kernel: Kernel,
    rounds: u32,
) -> Result<u32> {
    up.upload(&host, &mut a)?;
    compute.fill(&mut b, 0)?;
    for round in 0..rounds {
        let (mut from, mut to) = (&mut a, &mut b);
        if round % 2 == 1 {
            std::mem::swap(&mut from, &mut to);
        }
        add(&compute, &kernel, from, to)?;
    }
    if rounds > 1 {
        let adder = Adder { kernel: &kernel };
        adder.enqueue(&compute, &a, &mut b)?;
    } else {
        compute.copy(&a, &mut b)?;
    }
    {
        let result = &b;
        up.download(result, &mut host)?;
    }
    Ok(host[0])
}

/// Parts of a resource by path, disjoint ones in one command; sub-ranges.
#[gpu_pipeline]
async fn parts(
    #[queue] queue: Queue,
    #[writes] host: HostBuffer<u32>,
    #[writes] pair: (DeviceBuffer<u32>, DeviceBuffer<u32>),
    #[updates] many: Vec<DeviceBuffer<u32>>,
    kernel: Kernel,
) -> Result<Vec<u32>> {
    for (value, slot) in (0..).zip(host.iter_mut()) {
        *slot = value;
    }
    queue.upload(&host, &mut pair.0)?;
    queue.fill(&mut pair.1, 100)?;
    queue.launch(&kernel, SAMPLES, (&pair.0, &mut pair.1))?;
    let half = SAMPLES / 2;
    queue.copy(&pair.1[..half], &mut many[0][half..])?;
    queue.copy(&pair.1[half..], &mut many[1][..half])?;
    let last = many.len() - 1;
    queue.launch(&kernel, SAMPLES, (&pair.0, &mut many[last]))?;
    queue.download(&many[last], &mut host)?;
    Ok(host.to_vec())
}

/// Facts before the first use, in a stage that writes, and after the last use.
#[gpu_pipeline]
async fn facts(
    #[queue] queue: Queue,
    #[writes] host: HostBuffer<u32>,
    #[writes] device: DeviceBuffer<u32>,
    kernel: Kernel,
) -> Result<usize> {
    let total = device.len() + host.len();
    host.fill(1);
    queue.upload(&host, &mut device)?;
    let seen = move || device.len();
    queue.launch(&kernel, device.len(), (&mut device,))?;
    assert!(!device.is_empty(), "{}", host.len());
    Ok(total + seen() + device.len())
}

/// The last stage is on the device.
#[gpu_pipeline]
async fn device_tail(#[queue] queue: Queue, #[writes] device: DeviceBuffer<u32>) -> Result<()> {
    queue.fill(&mut device, 7)
}

pub fn main() -> Result<()> {
    let device = Device::new();
    let (up, compute) = (Queue::new(&device)?, Queue::new(&device)?);
    let host = Resource::new(HostBuffer::new(&device, SAMPLES)?);
    let buffer = || DeviceBuffer::<u32>::new(&device, SAMPLES);
    let (a, b) = (Resource::new(buffer()?), Resource::new(buffer()?));
    let kernel = Kernel::new("add", |from: &[u32], to: &mut [u32]| {
        to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
    });
    futures::executor::block_on(async {
        let mut first = host.acquire_write()?.wait_events().await?;
        first.fill(1);
        first.ready();
        let result = control_flow(&up, &compute, &host, &a, &b, kernel.clone(), 2).await?;
        // a = 1, b = 0: b += a, a += b, b += a.
        assert_eq!(result, 3);

        let pair = Resource::new((buffer()?, buffer()?));
        let many = Resource::new(vec![buffer()?, buffer()?]);
        let result = parts(&up, &host, &pair, &many, kernel.clone()).await?;
        assert_eq!(result, [104, 106, 108, 110, 4, 5, 6, 7]);

        let double = Kernel::new("double", |data: &mut [u32]| {
            for x in data {
                *x *= 2;
            }
        });
        assert_eq!(facts(&up, &host, &a, double).await?, 4 * SAMPLES);
        device_tail(&up, &a).await
    })
}
