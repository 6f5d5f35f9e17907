//! Random calls of pipelines that share resources, on several queues, with failures and cancellation, while buffers are
//! swapped, owned, dropped and made anew. The hazard checker finds no hazard, neither while they run nor in the recorded
//! trace.

use fastrand::Rng;
use futures::executor::block_on;
use futures::future::join_all;
use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Kernel, Queue};
use gpu_stages::{Resource, Result, gpu_pipeline};
use gpu_stages_tests::{failing, poll_once, set};
use std::future::Future;
use std::pin::Pin;

const LEN: usize = 32;

#[gpu_pipeline]
async fn produce(
    #[queue] queue: Queue,
    #[writes] host: HostBuffer<f32>,
    #[writes] device: DeviceBuffer<f32>,
    value: f32,
) -> Result<()> {
    host.fill(value);
    queue.upload(&host, &mut device)?;
    Ok(())
}

#[gpu_pipeline]
async fn step(
    #[queue] first: Queue,
    #[queue] second: Queue,
    #[reads] a: DeviceBuffer<f32>,
    #[writes] b: DeviceBuffer<f32>,
    #[updates] c: DeviceBuffer<f32>,
    kernel: Kernel,
) -> Result<()> {
    first.copy(&a, &mut b)?;
    second.launch(&kernel, 1, (&mut c,))?;
    second.copy(&b[..8], &mut c[8..16])?;
    first.copy(&c[8..16], &mut b[16..24])?;
    Ok(())
}

#[gpu_pipeline]
async fn share(
    #[queue] first: Queue,
    #[queue] second: Queue,
    #[reads] a: DeviceBuffer<f32>,
    #[writes] b: DeviceBuffer<f32>,
    #[writes] c: DeviceBuffer<f32>,
) -> Result<()> {
    first.copy(&a, &mut b)?;
    second.copy(&a, &mut c)?;
    Ok(())
}

#[gpu_pipeline(until = enqueued)]
async fn consume(
    #[queue] queue: Queue,
    #[reads] a: DeviceBuffer<f32>,
    #[writes] host: HostBuffer<f32>,
) -> Result<()> {
    queue.download(&a, &mut host)?;
    Ok(())
}

#[gpu_pipeline]
async fn add(#[reads] host: HostBuffer<f32>, #[updates] total: f32) -> Result<()> {
    total += host.iter().sum::<f32>();
    Ok(())
}

#[gpu_pipeline]
async fn add_elsewhere(#[updates] host: HostBuffer<f32>) -> Result<()> {
    #[stage(blocking)]
    host[0] += 1.0;
    Ok(())
}

#[gpu_pipeline]
async fn send(
    #[queue] queue: Queue,
    #[owns] chunk: HostBuffer<f32>,
    #[updates] device: DeviceBuffer<f32>,
) -> Result<()> {
    chunk.fill(1.0);
    queue.upload(&chunk[..16], &mut device[16..])?;
    Ok(())
}

#[gpu_pipeline]
async fn swap<T: Send>(#[updates] a: T, #[updates] b: T) -> Result<()> {
    std::mem::swap(&mut a, &mut b);
    Ok(())
}

#[gpu_pipeline]
async fn exchange(
    #[queue] queue: Queue,
    #[owns] chunk: HostBuffer<f32>,
    #[updates] host: HostBuffer<f32>,
    #[writes] device: DeviceBuffer<f32>,
) -> Result<()> {
    queue.upload(&chunk, &mut device)?;
    std::mem::swap(&mut chunk, &mut host);
    queue.upload(&chunk, &mut device)?;
    Ok(())
}

/// Puts a buffer into the store, and another one in its place.
#[gpu_pipeline]
async fn store(
    #[updates] buffer: DeviceBuffer<f32>,
    #[updates] stored: Vec<DeviceBuffer<f32>>,
    fresh: DeviceBuffer<f32>,
) -> Result<()> {
    {
        let old = std::mem::replace(&mut buffer, fresh);
        stored.insert(0, old);
        if stored.len() > 2 {
            std::mem::swap(&mut buffer, &mut stored[2]);
            stored.pop();
        }
    }
    Ok(())
}

#[gpu_pipeline]
async fn use_stored(
    #[queue] first: Queue,
    #[queue] second: Queue,
    #[updates] stored: Vec<DeviceBuffer<f32>>,
) -> Result<()> {
    for part in &mut stored {
        first.fill(part, 1.0)?;
    }
    for part in &mut stored {
        second.fill(part, 2.0)?;
    }
    Ok(())
}

type InFlight = Pin<Box<dyn Future<Output = Result<()>>>>;

struct World {
    device: Device,
    queues: Vec<Queue>,
    buffers: Vec<Resource<DeviceBuffer<f32>>>,
    hosts: Vec<Resource<HostBuffer<f32>>>,
    stored: Resource<Vec<DeviceBuffer<f32>>>,
    total: Resource<f32>,
}

impl World {
    fn new(rng: &mut Rng, device: Device) -> Self {
        let slots = |rng: &mut Rng| rng.usize(1..=3);
        World {
            queues: (0..rng.usize(1..=4))
                .map(|_| Queue::new(&device).unwrap())
                .collect(),
            buffers: (0..rng.usize(2..=4))
                .map(|_| Resource::try_ring(slots(rng), || DeviceBuffer::new(&device, LEN)))
                .collect::<Result<_>>()
                .unwrap(),
            hosts: (0..2)
                .map(|_| Resource::try_ring(slots(rng), || HostBuffer::new(&device, LEN)))
                .collect::<Result<_>>()
                .unwrap(),
            stored: Resource::new(Vec::new()),
            total: Resource::new(0.0),
            device,
        }
    }

    fn call(&self, rng: &mut Rng) -> InFlight {
        let mut queue = || rng.choice(&self.queues).unwrap();
        let (first, second) = (queue(), queue());
        let mut buffer = || rng.choice(&self.buffers).unwrap();
        let (a, b, c) = (buffer(), buffer(), buffer());
        let mut host = || rng.choice(&self.hosts).unwrap();
        let (host, other) = (host(), host());
        let fresh = || DeviceBuffer::new(&self.device, LEN).unwrap();
        let fresh_host = || HostBuffer::new(&self.device, LEN).unwrap();
        match rng.u8(0..20) {
            0..=1 => Box::pin(produce(first, host, a, 1.0)),
            2..=3 => Box::pin(step(first, second, a, b, c, set(2.0))),
            4 => Box::pin(step(first, second, a, b, c, failing())),
            5..=6 => Box::pin(share(first, second, a, b, c)),
            7..=8 => Box::pin(consume(first, a, host)),
            9..=10 => Box::pin(add(host, &self.total)),
            11 => Box::pin(add_elsewhere(host)),
            12 => Box::pin(send(first, fresh_host(), a)),
            13..=14 => Box::pin(swap(a, b)),
            15 => Box::pin(swap(host, other)),
            16 => Box::pin(exchange(first, fresh_host(), host, a)),
            17 => Box::pin(store(a, &self.stored, fresh())),
            18 => Box::pin(use_stored(first, second, &self.stored)),
            _ => Box::pin(a.replace(fresh())),
        }
    }

    fn run(&self, rng: &mut Rng) {
        let mut in_flight: Vec<InFlight> = Vec::new();
        for _ in 0..60 {
            match rng.u8(0..10) {
                0..=3 => in_flight.push(self.call(rng)),
                4 if !in_flight.is_empty() => {
                    drop(in_flight.swap_remove(rng.usize(0..in_flight.len())));
                }

                5 => rng.choice(&self.buffers).unwrap().clear_poison(),
                6 => std::thread::yield_now(),
                _ if !in_flight.is_empty() => {
                    let index = rng.usize(0..in_flight.len());
                    if poll_once(&mut in_flight[index]).is_ready() {
                        drop(in_flight.swap_remove(index));
                    }
                }
                _ => {}
            }
        }
        // Poisoned resources and versions that were never written are expected.
        drop(block_on(join_all(in_flight)));
    }
}

#[test]
fn random_calls_have_no_hazards() {
    for seed in 0..1_500 {
        let rng = &mut Rng::with_seed(seed);
        let device = Device::builder()
            .check_hazards(true)
            .record_trace(seed % 4 == 0)
            .build();
        World::new(rng, device.clone()).run(rng);
        let hazards = device.hazards();
        assert!(hazards.is_empty(), "seed {seed}: {}", hazards[0]);
        if let Some(trace) = device.trace() {
            assert!(trace.hazards().is_empty(), "seed {seed}, recorded");
        }
    }
}
