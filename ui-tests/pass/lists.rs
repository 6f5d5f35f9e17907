//! Lists of resources, read, written and updated, on the host and on devices.

#![deny(warnings, clippy::all, clippy::pedantic)]
#![forbid(unsafe_code)]

use gpu_stages::cpu::{Device, DeviceBuffer, DeviceView, HostBuffer, Kernel, Queue};
use gpu_stages::{Resource, Result, gpu_pipeline};
use std::future::Future;

fn add_all(
    queue: &Queue,
    add: &Kernel,
    parts: &[&DeviceView<u32>],
    total: &mut DeviceView<u32>,
) -> Result<()> {
    for part in parts {
        queue.launch(add, total.len(), (part, &mut *total))?;
    }
    Ok(())
}

/// Parts by index, in a loop, and as a whole; their number as a fact.
#[gpu_pipeline]
async fn reduce(
    #[queue] queue: Queue,
    #[reads] parts: [DeviceBuffer<u32>],
    #[writes] total: DeviceBuffer<u32>,
    #[writes] host: HostBuffer<u32>,
    add: Kernel,
) -> Result<(usize, u32)> {
    queue.fill(&mut total, 0)?;
    if !parts.is_empty() {
        queue.copy(&parts[0][..1], &mut total[..1])?;
    }
    add_all(&queue, &add, &parts, &mut total)?;
    for part in &parts {
        queue.launch(&add, total.len(), (part, &mut total))?;
    }
    queue.download(&total, &mut host)?;
    Ok((parts.len(), host[0]))
}

struct Producers {
    queue: Queue,
    parts: Vec<Resource<DeviceBuffer<u32>>>,
}

impl Producers {
    /// An expression that lists; parts written one by one and side by side.
    #[gpu_pipeline]
    async fn produce(
        &self,
        #[queue(self.queue)] queue: Queue,
        #[writes(self.parts.iter().collect::<Vec<_>>())] parts: [DeviceBuffer<u32>],
        #[updates] counts: [u64],
        value: u32,
    ) -> Result<u64> {
        for (i, count) in (0..).zip(counts.iter_mut()) {
            *count += i;
        }
        for i in 0..parts.len() {
            queue.fill(&mut parts[i], value)?;
        }
        for part in &mut parts {
            queue.fill(&mut part.slice_mut(..1), value)?;
        }
        let (sum, first) = (counts.iter().sum::<u64>(), counts[0]);
        Ok(sum + first)
    }
}

/// On another thread, and generic.
#[gpu_pipeline]
async fn longest<T: AsRef<str> + Send + Sync + 'static>(
    #[reads] words: [T],
    #[writes] found: String,
) -> Result<usize> {
    #[stage(blocking)]
    for word in words.iter() {
        if word.as_ref().len() > found.len() {
            found.clear();
            found.push_str(word.as_ref());
        }
    }
    Ok(words.len())
}

fn spawnable<T>(future: impl Future<Output = T> + Send + 'static) -> T {
    futures::executor::block_on(future)
}

pub fn main() -> Result<()> {
    let device = Device::new();
    let queue = Queue::new(&device)?;
    let buffer = || DeviceBuffer::<u32>::new(&device, 2);
    let parts = vec![Resource::new(buffer()?), Resource::new(buffer()?)];
    let producers = Producers { queue, parts };
    let counts = [Resource::new(1), Resource::new(2)];
    let sum = spawnable(producers.produce(&[&counts[0], &counts[1]], 3))?;
    assert_eq!(sum, 5);

    let add = Kernel::new("add", |part: &[u32], total: &mut [u32]| {
        total
            .iter_mut()
            .zip(part)
            .for_each(|(total, x)| *total += x);
    });
    let (total, host) = (
        Resource::new(buffer()?),
        Resource::new(HostBuffer::new(&device, 2)?),
    );
    let parts: Vec<_> = producers.parts.iter().collect();
    let queue = &producers.queue;
    assert_eq!(
        spawnable(reduce(queue, &parts, &total, &host, add.clone()))?,
        (2, 15)
    );
    assert_eq!(spawnable(reduce(queue, &[], &total, &host, add))?, (0, 0));

    let words = [Resource::new("one"), Resource::new("three")];
    let found = Resource::new(String::new());
    assert_eq!(spawnable(longest(&[&words[0], &words[1]], &found))?, 2);
    Ok(())
}
