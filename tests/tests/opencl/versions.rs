//! Versions and lists on OpenCL, where the end of a command is only known when its status is asked for.

use futures::executor::block_on;
use futures::future::try_join_all;
use gpu_stages::opencl::{Device, DeviceBuffer, HostBuffer, HostView, Queue};
use gpu_stages::{Error, Resource, Result, acquire, gpu_pipeline};
use gpu_stages_tests::talk::TestBackend;

fn device() -> Device {
    gpu_stages::opencl::OpenCl::device()
}

#[gpu_pipeline(until = enqueued)]
async fn fill(#[queue] queue: Queue, #[writes] data: DeviceBuffer<f32>, value: f32) -> Result<()> {
    queue.fill(&mut data, value)
}

/// The first command has no event of its own: only the second has.
#[gpu_pipeline(until = enqueued)]
async fn fill_both(
    #[queue] queue: Queue,
    #[writes] data: DeviceBuffer<f32>,
    #[writes] other: DeviceBuffer<f32>,
    value: f32,
) -> Result<()> {
    queue.fill(&mut data, value)?;
    queue.fill(&mut other, value)
}

#[test]
fn a_version_is_complete_once_its_commands_are_seen_to_be() {
    let device = device();
    let queue = Queue::new(&device).unwrap();
    let ring = || Resource::try_ring(3, || DeviceBuffer::<f32>::new(&device, 16)).unwrap();
    let is_newest = |data: &Resource<DeviceBuffer<f32>>| {
        let latest = data.latest().unwrap();
        let newest = acquire((latest.reads(), data.updates()));
        matches!(newest, Err(Error::WaitsForItself { .. }))
    };
    // Asked for itself, and known by what came after it.
    for other_first in [false, true] {
        let (data, other) = (ring(), ring());
        block_on(fill_both(&queue, &data, &other, 1.0)).unwrap();
        if !other_first {
            let _early = data.latest().unwrap();
        }
        queue.finish();
        assert!(!other_first || is_newest(&other));
        assert!(is_newest(&data), "{other_first}");
    }
}

#[gpu_pipeline]
async fn gather(
    #[queue] queue: Queue,
    #[queue] down: Queue,
    #[reads] parts: [DeviceBuffer<f32>],
    #[writes] all: DeviceBuffer<f32>,
    #[writes] host: HostBuffer<f32>,
) -> Result<Vec<f32>> {
    for i in 0..parts.len() {
        queue.copy(&parts[i][..1], &mut all[i..=i])?;
    }
    down.download(&all, &mut host)?;
    Ok(host.to_vec())
}

#[test]
fn a_list_is_ordered_after_the_writers_of_its_parts_and_before_the_next() {
    const PARTS: u8 = 12;
    let device = device();
    let queues: Vec<_> = (0..3).map(|_| Queue::new(&device).unwrap()).collect();
    let buffer = |len| Resource::new(DeviceBuffer::new(&device, len).unwrap());
    let parts: Vec<_> = (0..PARTS).map(|_| buffer(1 << 12)).collect();
    let all = buffer(usize::from(PARTS));
    let host = Resource::new(HostBuffer::new(&device, usize::from(PARTS)).unwrap());
    let listed: Vec<_> = parts.iter().collect();
    let mut rounds = Vec::new();
    let mut fills = Vec::new();
    for round in 0..50 {
        for (i, part) in (0..).zip(&parts) {
            let queue = &queues[i % 2];
            fills.push(fill(queue, part, (round * 100 + i) as f32));
        }
        rounds.push(gather(&queues[2], &queues[0], &listed, &all, &host));
    }
    let results = futures::future::try_join(try_join_all(fills), try_join_all(rounds));
    let (_, results) = block_on(results).unwrap();
    for (round, result) in results.into_iter().enumerate() {
        let expected = (0..usize::from(PARTS)).map(|i| (round * 100 + i) as f32);
        assert!(result.into_iter().eq(expected), "round {round}");
    }
}

fn write(queue: &ocl::Queue, source: &HostView<f32>, target: &mut ocl::Buffer<f32>) -> Result<()> {
    // SAFETY: only the command below uses it, in this stage.
    let source = unsafe { source.as_slice()? };
    // SAFETY: nothing but this command uses the two until it is done.
    unsafe { target.cmd().queue(queue).write(source).block(false).enq() }.unwrap();
    Ok(())
}

fn read(queue: &ocl::Queue, source: &ocl::Buffer<f32>, target: &mut HostView<f32>) -> Result<()> {
    // SAFETY: only the command below uses it, in this stage.
    let target = unsafe { target.as_mut_slice()? };
    // SAFETY: nothing but this command uses the two until it is done.
    unsafe { source.cmd().queue(queue).read(target).block(false).enq() }.unwrap();
    Ok(())
}

#[gpu_pipeline]
async fn through(
    #[queue] up: ocl::Queue,
    #[queue] down: ocl::Queue,
    #[writes] sources: [HostBuffer<f32>],
    #[writes] buffers: [ocl::Buffer<f32>],
    #[writes] targets: [HostBuffer<f32>],
    value: f32,
) -> Result<f32> {
    for source in &mut sources {
        source.fill(value);
    }
    for i in 0..sources.len() {
        write(&up, &sources[i], &mut buffers[i])?;
    }
    for i in 0..targets.len() {
        read(&down, &buffers[i], &mut targets[i])?;
    }
    Ok(targets.iter().map(|target| target[0]).sum())
}

#[test]
fn lists_on_queues_of_the_application() {
    let context = gpu_stages_tests::opencl::ocl_context();
    let queue = || ocl::Queue::new(&context, context.devices()[0], None).unwrap();
    let (up, down) = (queue(), queue());
    let device = Device::of_queue(&up).unwrap();
    let host = |_| Resource::new(HostBuffer::new(&device, 64).unwrap());
    let sources: Vec<_> = (0..5).map(host).collect();
    let targets: Vec<_> = (0..5).map(host).collect();
    let buffer = |_| {
        let builder = ocl::Buffer::<f32>::builder().queue(up.clone());
        Resource::new(builder.len(64).build().unwrap())
    };
    let buffers: Vec<_> = (0..5).map(buffer).collect();

    let (sources, targets): (Vec<_>, Vec<_>) = (sources.iter().collect(), targets.iter().collect());
    let buffers: Vec<_> = buffers.iter().collect();
    let frames = (0..50_u16)
        .map(|value| through(&up, &down, &sources, &buffers, &targets, f32::from(value)));
    let sums = block_on(try_join_all(frames.collect::<Vec<_>>())).unwrap();
    let expected = (0..50_u16).map(|value| 5.0 * f32::from(value));
    assert!(sums.into_iter().eq(expected));
}
