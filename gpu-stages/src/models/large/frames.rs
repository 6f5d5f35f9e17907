//! Frames in flight on the embedded device, whose queues' threads are the checker's as well.

use super::{below, check, finds, poll_up_to};
use crate::cpu::{Device, DeviceBuffer, HostBuffer, Kernel, Queue};
use crate::{Resource, Result, gpu_pipeline};
use shuttle::future::block_on;
use shuttle::thread;
use std::sync::Arc;

/// Adds one on one queue, and downloads the sum on another.
#[gpu_pipeline(crate = crate)]
async fn count(
    #[queue] compute: Queue,
    #[queue] down: Queue,
    #[updates] total: DeviceBuffer<u32>,
    #[writes] host: HostBuffer<u32>,
    increment: Kernel,
) -> Result<u32> {
    compute.launch(&increment, 1, (&mut total,))?;
    down.download(&total, &mut host)?;
    Ok(host[0])
}

/// Adds one, and leaves time to do it wrong.
fn increment() -> Kernel {
    Kernel::new("increment", |total: &mut [u32]| {
        let before = total[0];
        thread::yield_now();
        total[0] = before + 1;
    })
}

/// The buffer in which frames add up, and those that they download the sum to.
struct Buffers {
    total: Resource<DeviceBuffer<u32>>,
    sums: Resource<HostBuffer<u32>>,
}

impl Buffers {
    fn new(device: &Device) -> Self {
        let total = Resource::new(DeviceBuffer::new(device, 1).unwrap());
        Buffers {
            total: total.keep_on_failure(),
            sums: Resource::try_ring(2, || HostBuffer::new(device, 1)).unwrap(),
        }
    }
}

/// Tasks with two frames each in flight, one of which may be dropped. `buffers_of` chooses a frame's buffers.
fn frames(buffers_of: fn(&[Buffers; 2], usize) -> &Buffers) {
    let device = Device::new();
    let queues = Arc::new([(); 2].map(|()| Queue::new(&device).unwrap()));
    let buffers = Arc::new([(); 2].map(|()| Buffers::new(&device)));
    let tasks = [0, 1].map(|task| {
        let (queues, buffers) = (queues.clone(), buffers.clone());
        thread::spawn(move || {
            let [up, down] = &*queues;
            let frames = [0, 1].map(|frame| {
                let Buffers { total, sums } = buffers_of(&buffers, 2 * task + frame);
                Box::pin(count(up, down, total, sums, increment()))
            });
            frames.map(|frame| match below(4) {
                0 => poll_up_to(frame, below(6)).map(Result::unwrap),
                _ => Some(block_on(frame).unwrap()),
            })
        })
    });
    let seen = tasks.map(|task| task.join().unwrap());
    let mut sums: Vec<u32> = seen.into_iter().flatten().flatten().collect();
    sums.sort_unstable();
    let Buffers { total, sums: host } = buffers_of(&buffers, 0);
    let [up, down] = &*queues;
    let last = block_on(count(up, down, total, host, increment())).unwrap();
    assert!(
        sums.is_sorted_by(|one, next| one < next),
        "seen twice: {sums:?}"
    );
    assert!(sums.iter().all(|sum| *sum < last), "{sums:?}, then {last}");
}

#[test]
fn frames_are_in_order_on_the_device() {
    check(|| frames(|buffers, _| &buffers[0]));
}

#[test]
fn twin_counts_in_another_buffer() {
    finds("seen twice", || {
        frames(|buffers, frame| &buffers[frame % 2])
    });
}
