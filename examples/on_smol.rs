//! A pipeline on smol: frames come in through one of its sockets, and blocking stages run on its threads.

use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Kernel, Queue};
use gpu_stages::{Resource, gpu_pipeline};
use smol::net::UdpSocket;
use std::io;
use std::process::ExitCode;

const FRAMES: u8 = 10;
const SAMPLES: usize = 100;

/// Receives a frame and squares it on the device; returns the sum.
#[gpu_pipeline]
async fn receive(
    #[queue] queue: Queue,
    #[updates] socket: UdpSocket,
    #[writes] host: HostBuffer<u8>,
    #[writes] device: DeviceBuffer<u8>,
    #[writes] squares: DeviceBuffer<u32>,
    #[writes] result: HostBuffer<u32>,
    square: Kernel,
) -> io::Result<u32> {
    socket.recv(&mut host).await?;
    queue.upload(&host, &mut device)?;
    queue.launch(&square, squares.len(), (&device, &mut squares))?;
    queue.download(&squares, &mut result)?;
    #[stage(blocking)]
    let sum = result.iter().sum();
    Ok(sum)
}

async fn run(executor: &smol::Executor<'static>) -> io::Result<bool> {
    let (device, square) = (
        Device::new(),
        Kernel::new("square", |from: &[u8], to: &mut [u32]| {
            from.iter()
                .zip(to)
                .for_each(|(&x, y)| *y = u32::from(x).pow(2));
        }),
    );
    let queue = Queue::new(&device)?;
    let host = Resource::try_ring(2, || HostBuffer::new(&device, SAMPLES))?;
    let samples = Resource::new(DeviceBuffer::new(&device, SAMPLES)?);
    let squares = Resource::new(DeviceBuffer::new(&device, SAMPLES)?);
    let result = Resource::try_ring(2, || HostBuffer::new(&device, SAMPLES))?;
    let socket = UdpSocket::bind("127.0.0.1:0").await?;
    let address = socket.local_addr()?;
    let socket = Resource::new(socket).keep_on_failure();

    // Tasks of their own: the calls are made here, in order.
    let frames: Vec<_> = (0..FRAMES)
        .map(|_| {
            receive(
                &queue,
                &socket,
                &host,
                &samples,
                &squares,
                &result,
                square.clone(),
            )
        })
        .map(|frame| executor.spawn(frame))
        .collect();
    let sender = UdpSocket::bind("127.0.0.1:0").await?;
    for frame in 0..FRAMES {
        sender.send_to(&[frame; SAMPLES], address).await?;
    }
    let mut is_right = true;
    for (frame, sum) in (0..).zip(frames) {
        is_right &= sum.await? == SAMPLES as u32 * frame * frame;
    }
    println!(
        "{FRAMES} frames on smol: {}",
        if is_right { "right" } else { "wrong" }
    );
    Ok(is_right)
}

fn main() -> io::Result<ExitCode> {
    let spawner = gpu_stages::set_blocking_spawner(|job| smol::unblock(job).detach());
    assert!(spawner.is_ok(), "it is set once");
    let executor = smol::Executor::new();
    let is_right = smol::block_on(executor.run(run(&executor)))?;
    Ok(ExitCode::from(u8::from(!is_right)))
}
