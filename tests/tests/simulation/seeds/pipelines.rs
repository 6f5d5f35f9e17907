//! Pipelines of every kind over shared resources. Each notes what it reads and writes.

use super::journal::{Call, Journal, Number, tag};
use futures::future::poll_fn;
use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Kernel, Queue};
use gpu_stages::{Result, gpu_pipeline};
use std::panic::resume_unwind;
use std::task::Poll;

/// Elements of each buffer.
pub const LEN: usize = 4;

/// What a call needs to keep its notes.
#[derive(Clone)]
pub struct Log {
    pub journal: Journal,
    pub call: Call,
    /// Whether it is to panic.
    pub trap: bool,
}

impl Log {
    fn write(&self, resource: Number, before: &[u32]) -> [u32; LEN] {
        spring(self.trap);
        let tag = tag(self.call, before);
        self.journal.wrote(resource, tag);
        [tag[0], tag[1], 0, 0]
    }
}

/// Panics quietly.
fn spring(trap: bool) {
    if trap {
        resume_unwind(Box::new("on purpose"));
    }
}

/// The kernels, which keep notes.
#[derive(Clone)]
pub struct Kernels {
    pub derive: Kernel,
    pub update: Kernel,
    pub read: Kernel,
}

impl Kernels {
    pub fn new(journal: &Journal) -> Self {
        let (a, b, c) = (journal.clone(), journal.clone(), journal.clone());
        let derive =
            move |from: &[u32], to: &mut [u32], call: u32, reads: u32, writes: u32, trap: u32| {
                a.read(reads, call, call, from);
                let log = Log {
                    journal: a.clone(),
                    call,
                    trap: trap != 0,
                };
                to.copy_from_slice(&log.write(writes, &from[..2]));
            };
        let update = move |data: &mut [u32], call: u32, number: u32| {
            b.read(number, call, call, data);
            let log = Log {
                journal: b.clone(),
                call,
                trap: false,
            };
            let new = log.write(number, &data[..2]);
            data.copy_from_slice(&new);
        };
        let read = move |data: &[u32], _: &mut [u32], call: u32, before: u32, number: u32| {
            c.read(number, call, before, data);
        };
        Kernels {
            derive: Kernel::new("derive", derive),
            update: Kernel::new("update", update),
            read: Kernel::new("read", read),
        }
    }
}

#[gpu_pipeline]
pub async fn produce(
    #[queue] queue: Queue,
    #[writes] host: HostBuffer<u32>,
    #[writes] device: DeviceBuffer<u32>,
    log: Log,
    (h, d): (Number, Number),
) -> Result<()> {
    {
        pause().await;
        host.copy_from_slice(&log.write(h, &[]));
    }
    log.write(d, &[]);
    queue.upload(&host, &mut device)?;
    Ok(())
}

#[gpu_pipeline]
pub async fn step(
    #[queue] first: Queue,
    #[queue] second: Queue,
    #[reads] a: DeviceBuffer<u32>,
    #[writes] b: DeviceBuffer<u32>,
    #[updates] c: DeviceBuffer<u32>,
    kernels: Kernels,
    log: Log,
    (na, nb, nc): (Number, Number, Number),
) -> Result<()> {
    first.launch(
        &kernels.derive,
        1,
        (&a, &mut b, log.call, na, nb, u32::from(log.trap)),
    )?;
    pause().await;
    second.launch(&kernels.update, 1, (&mut c, log.call, nc))?;
    Ok(())
}

#[gpu_pipeline(until = enqueued)]
pub async fn consume(
    #[queue] queue: Queue,
    #[reads] a: DeviceBuffer<u32>,
    #[writes] host: HostBuffer<u32>,
    log: Log,
    (na, h): (Number, Number),
) -> Result<()> {
    host.copy_from_slice(&log.write(h, &[]));
    log.journal.copies(h, log.call, na, log.call);
    queue.download(&a[..2], &mut host[2..])?;
    Ok(())
}

#[gpu_pipeline]
pub async fn collect(#[reads] host: HostBuffer<u32>, log: Log, h: Number) -> Result<()> {
    log.journal.read_host(h, log.call, &host);
    Ok(())
}

#[gpu_pipeline]
pub async fn rework(#[updates] host: HostBuffer<u32>, log: Log, h: Number) -> Result<()> {
    #[stage(blocking)]
    {
        log.journal.read_host(h, log.call, &host);
        let new = log.write(h, &host[..2]);
        host.copy_from_slice(&new);
    }
    Ok(())
}

#[gpu_pipeline]
pub async fn send(
    #[queue] queue: Queue,
    #[owns] chunk: HostBuffer<u32>,
    #[updates] device: DeviceBuffer<u32>,
    log: Log,
    d: Number,
) -> Result<()> {
    chunk.copy_from_slice(&log.write(d, &[]));
    queue.upload(&chunk, &mut device)?;
    Ok(())
}

#[gpu_pipeline]
pub async fn tally(#[updates] list: Vec<Call>, log: Log) -> Result<()> {
    list.push(log.call);
    pause().await;
    spring(log.trap);
    Ok(())
}

/// Reads a version that was pinned before call `before`.
#[gpu_pipeline]
pub async fn look(
    #[queue] queue: Queue,
    #[reads] a: DeviceBuffer<u32>,
    #[owns] scratch: DeviceBuffer<u32>,
    kernels: Kernels,
    log: Log,
    (na, before): (Number, Call),
) -> Result<()> {
    queue.launch(&kernels.read, 1, (&a, &mut scratch, log.call, before, na))?;
    Ok(())
}

/// Suspends once.
async fn pause() {
    let mut first = true;
    poll_fn(|context| {
        if std::mem::take(&mut first) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(())
    })
    .await;
}
