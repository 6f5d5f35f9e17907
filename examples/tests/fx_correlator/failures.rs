//! A device that is too slow, and one that fails.

use crate::chunk::Pool;
use crate::correlator::Engine;
use crate::harness::{SMALL, Setup, check, heard};
use crate::kernels::{self, Kernels};
use crate::options::Schedule;
use crate::reassemble::Assembly;
use crate::run::{Door, pipeline, synchronous};
use crate::shape::Shape;
use crate::stream::Stream;
use futures::FutureExt;
use gpu_stages::JobQueue;
use gpu_stages::cpu::{self, Cpu, Kernel, Simulation};
use num_complex::Complex32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::net::UdpSocket;

/// A device that does nothing for a while: whole frames are dropped when they come in. Those that were accepted, and
/// those that come later, are right.
#[tokio::test]
async fn overload() {
    const CHUNKS: usize = 5;
    let shape = Shape {
        integration: 40,
        ..SMALL
    };
    let simulation = Simulation::new();
    let device = cpu::Device::builder().simulated(&simulation).build();
    let setup = Setup::<Cpu>::new(&device, kernels::cpu(&shape), shape, CHUNKS);
    let mut setup = stepped(&simulation, setup).await;
    let mut heard = heard(&shape, 24, &[]);
    let datagrams = heard.datagrams(&shape);
    let per_frame = datagrams.len() / 24;
    let mut jobs = JobQueue::new(3);
    for datagram in &datagrams[..20 * per_frame] {
        setup.assembly.take(datagram);
        while jobs.in_flight() < 3 {
            let Some(chunk) = setup.assembly.pop() else {
                break;
            };
            let pushed = jobs.push(setup.correlator.frame(chunk));
            pushed.now_or_never().expect("there is room").unwrap();
        }
    }
    let totals = setup.counters.totals();
    assert_eq!(
        (totals.frames, totals.dropped_frames, totals.lost),
        (5, 15, 0)
    );
    // Now the device is as fast as ever.
    let mut closed = Vec::new();
    for datagram in &datagrams[20 * per_frame..] {
        stepped(&simulation, jobs.finish(0)).await.unwrap();
        while let Some(chunk) = setup.assembly.pop() {
            closed.push(chunk.frame);
            jobs.push(setup.correlator.frame(chunk)).await.unwrap();
            stepped(&simulation, jobs.finish(0)).await.unwrap();
        }
        setup.assembly.take(datagram);
    }
    let chunk = setup.assembly.pop().unwrap();
    jobs.push(setup.correlator.frame(chunk)).await.unwrap();
    jobs.push(setup.correlator.finish()).await.unwrap();
    stepped(&simulation, jobs.finish(0)).await.unwrap();
    assert_eq!(closed, [3, 4, 20, 21, 22]);
    for packets in &mut heard.arrived {
        let dropped = 5 * shape.packets()..20 * shape.packets();
        packets[dropped].fill(false);
    }
    let records = setup.records();
    assert_eq!(records.len(), 1);
    check(&shape, &heard, &records);
}

/// Polls a future and steps the device by turns; work on other threads is waited for.
async fn stepped<T>(simulation: &Simulation, future: impl Future<Output = T>) -> T {
    let mut future = Box::pin(future);
    loop {
        if let std::task::Poll::Ready(value) = futures::poll!(&mut future) {
            return value;
        }
        if !simulation.step(0) {
            tokio::task::yield_now().await;
        }
    }
}

/// A kernel that fails ends the run with an error that says where; the dumps before it are in the file.
#[tokio::test]
async fn a_device_that_fails() {
    for schedule in [Schedule::Synchronous, Schedule::Pipeline] {
        // In the middle, and where nothing comes after it.
        for good in [3, FRAMES - 1] {
            fails_after(good, schedule).await;
        }
    }
}

const FRAMES: usize = 6;

async fn fails_after(good: usize, schedule: Schedule) {
    let shape = Shape {
        integration: 1,
        ..SMALL
    };
    let device = cpu::Device::new();
    let kernels = Kernels {
        correlate: failing(good),
        ..kernels::cpu(&shape)
    };
    let mut setup = Setup::<Cpu>::new(&device, kernels, shape, FRAMES).await;
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    for datagram in heard(&shape, FRAMES, &[]).datagrams(&shape) {
        let address = socket.local_addr().unwrap();
        socket.send_to(&datagram, address).await.unwrap();
    }
    let (counters, frames) = (setup.counters.clone(), Some(FRAMES as u64));
    let pool = Pool::new(&device, &shape, Stream::Samples, FRAMES).unwrap();
    let assembly = Assembly::new(shape, Stream::Samples, pool, counters, frames);
    let door = Door::new(socket, assembly, Duration::MAX);
    let stop = std::future::pending();
    let result = match schedule {
        Schedule::Synchronous => synchronous(door, &mut setup.correlator, stop).await,
        _ => pipeline(door, &mut setup.correlator, 3, stop).await,
    };
    let error = result.unwrap_err();
    assert_eq!(error.exit_code(), 1);
    let text = error.to_string();
    for word in ["`products`", "`correlate`", "the card fell off the bus"] {
        assert!(text.contains(word), "{text}");
    }
    let records = setup.records();
    assert_eq!(records.len(), good, "{text}");
    for (i, record) in records.iter().enumerate() {
        assert_eq!(record.header.dump, i as u64);
        assert_eq!(record.weights, [8; 10]);
    }
}

/// Counts weights for a while. It fails late, so that no call looks at it just then.
fn failing(after: usize) -> Kernel {
    let launches = AtomicUsize::new(0);
    Kernel::new(
        "correlate",
        move |_: &[Complex32], _: &[u8], _: &[u32], _: &mut [Complex32], weights: &mut [u32]| {
            // Frames are in order on the X-engine's queue.
            if launches.fetch_add(1, Ordering::Relaxed) >= after {
                std::thread::sleep(Duration::from_millis(30));
                panic!("the card fell off the bus");
            }
            weights.fill(8);
        },
    )
}
