//! Devices that fill new versions with garbage: good pipelines do not notice, and bad ones fail at once.

use futures::executor::block_on;
use futures::stream::{self, StreamExt, TryStreamExt};
use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Kernel, Queue};
use gpu_stages::{Backend, Resource, Result, gpu_pipeline};
use gpu_stages_tests::talk::{Talk, TestBackend};

fn good_pipelines_do_not_notice<B: TestBackend>(device: &B::Device) {
    for (count, slots) in [(1, 1), (1, 2), (3, 1), (3, 3)] {
        let queue = |_| gpu_stages::Queue::<B>::new(device).unwrap();
        let talk = Talk::<B>::with(device, (0..count).map(queue).collect(), slots, 64);
        let frames = stream::iter(0..12).map(|seed| talk.frame(seed));
        let sums: Vec<f32> = block_on(frames.buffered(3).try_collect()).unwrap();
        let expected: Vec<f32> = (0..12).map(|seed| Talk::<B>::expected(64, seed)).collect();
        assert_eq!(sums, expected);
    }
}

#[gpu_pipeline]
async fn half<B: Backend>(
    #[queue] queue: gpu_stages::Queue<B>,
    #[writes] buffer: gpu_stages::DeviceBuffer<B, f64>,
    #[writes] host: gpu_stages::HostBuffer<B, f64>,
) -> Result<Vec<f64>> {
    queue.fill(&mut buffer[..2], 1.0)?;
    queue.download(&buffer[1..], &mut host[1..])?;
    Ok(host.to_vec())
}

fn what_is_not_written_is_garbage<B: TestBackend>(device: &B::Device) {
    let queue = gpu_stages::Queue::<B>::new(device).unwrap();
    let buffer = Resource::new(gpu_stages::DeviceBuffer::new(device, 4).unwrap());
    let host = Resource::new(gpu_stages::HostBuffer::new(device, 4).unwrap());
    for _ in 0..3 {
        let [untouched, written, rest @ ..] = &block_on(half(&queue, &buffer, &host)).unwrap()[..]
        else {
            panic!("there are four elements");
        };
        assert!(untouched.is_nan(), "never downloaded");
        assert_eq!(*written, 1.0);
        assert!(rest.iter().all(|x| x.is_nan()), "never filled");
    }
}

fn spoiling() -> Device {
    Device::builder()
        .fill_garbage(true)
        .check_hazards(true)
        .build()
}

#[test]
fn on_the_embedded_device() {
    let device = spoiling();
    good_pipelines_do_not_notice::<gpu_stages::cpu::Cpu>(&device);
    what_is_not_written_is_garbage::<gpu_stages::cpu::Cpu>(&device);
    device.assert_no_hazards();
}

#[cfg(feature = "opencl")]
#[test]
fn on_opencl() {
    let device = gpu_stages::opencl::OpenCl::device().fill_garbage(true);
    good_pipelines_do_not_notice::<gpu_stages::opencl::OpenCl>(&device);
    what_is_not_written_is_garbage::<gpu_stages::opencl::OpenCl>(&device);
}

fn increment_first(x: &mut [u32]) {
    x[0] = x[0].wrapping_add(1);
}

/// Counts in what the frame before left, which `#[writes]` does not promise to be there.
#[gpu_pipeline]
async fn count(
    #[queue] queue: Queue,
    #[writes] host: HostBuffer<u32>,
    #[writes] parts: Vec<DeviceBuffer<u32>>,
    increment: Kernel,
) -> Result<u32> {
    increment_first(&mut host);
    queue.upload(&host, &mut parts[0])?;
    queue.launch(&increment, 1, (&mut parts[1],))?;
    queue.download(&parts[1], &mut host)?;
    Ok(host[0])
}

#[test]
fn a_pipeline_that_relies_on_old_contents_fails() {
    let counts = |device: &Device| -> Vec<u32> {
        let queue = Queue::new(device).unwrap();
        let buffer = || DeviceBuffer::new(device, 1).unwrap();
        let host = Resource::new(HostBuffer::new(device, 1).unwrap());
        let parts = Resource::new(vec![buffer(), buffer()]);
        let increment = Kernel::new("increment", |x: &mut [u32]| increment_first(x));
        let count = || count(&queue, &host, &parts, increment.clone());
        (0..3).map(|_| block_on(count()).unwrap()).collect()
    };
    assert_eq!(counts(&Device::new()), [1, 2, 3], "it seems to work");
    assert_eq!(counts(&spoiling()), [0xA5A5_A5A6; 3]);
}
