//! The debug fill of new versions: correct pipelines give the same results, and those that read old contents fail.

use futures::executor::block_on;
use futures::stream::{self, StreamExt, TryStreamExt};
use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Kernel, Queue};
use gpu_stages::{Backend, DeviceVisible, Resource, Result, gpu_pipeline};
use gpu_stages_tests::talk::{Talk, TestBackend};

fn correct_pipelines_give_the_same_results<B: TestBackend>(device: &B::Device) {
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

fn what_is_not_written_holds_the_fill<B: TestBackend>(device: &B::Device) {
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

type Buffer<B> = gpu_stages::DeviceBuffer<B, u32>;
type Host<B> = gpu_stages::HostBuffer<B, u32>;

#[derive(DeviceVisible)]
struct Layer<B: Backend>(Buffer<B>, Host<B>);

/// Everything that a resource can be made of.
#[derive(DeviceVisible)]
struct Net<B: Backend> {
    written: Buffer<B>,
    layer: Layer<B>,
    list: Vec<Layer<B>>,
    pair: (Buffer<B>, Host<B>),
    array: [(Host<B>, Buffer<B>); 1],
    /// Not visible to devices, and so not filled.
    #[device(skip)]
    name: u32,
}

impl<B: Backend> Net<B> {
    fn new(device: &B::Device) -> Result<Self> {
        let buffer = || Buffer::new(device, 2);
        let host = || Host::new(device, 2);
        Ok(Net {
            written: buffer()?,
            layer: Layer(buffer()?, host()?),
            list: vec![Layer(buffer()?, host()?), Layer(buffer()?, host()?)],
            pair: (buffer()?, host()?),
            array: [(host()?, buffer()?)],
            name: 7,
        })
    }

    fn host_parts(&self) -> [&Host<B>; 5] {
        let [first, second] = &self.list[..] else {
            panic!("there are two");
        };
        [
            &self.layer.1,
            &first.1,
            &second.1,
            &self.pair.1,
            &self.array[0].0,
        ]
    }

    fn clear(&mut self) {
        let Net {
            layer,
            list,
            pair,
            array: [first],
            ..
        } = self;
        let listed = list.iter_mut().map(|it| &mut it.1);
        let all = [&mut layer.1, &mut pair.1, &mut first.0];
        all.into_iter().chain(listed).for_each(|it| it.fill(0));
    }
}

/// Uses a new version on a queue first, and checks all parts that were not written.
#[gpu_pipeline]
async fn device_first<B: Backend>(
    #[queue] queue: gpu_stages::Queue<B>,
    #[writes] net: Net<B>,
    #[writes] seen: [Host<B>; 6],
) -> Result<Vec<u32>> {
    {
        queue.fill(&mut net.written, 1)?;
        queue.download(&net.written, &mut seen[0])?;
        queue.download(&net.layer.0, &mut seen[1])?;
        queue.download(&net.list[0].0, &mut seen[2])?;
        queue.download(&net.list[1].0, &mut seen[3])?;
        queue.download(&net.pair.0, &mut seen[4])?;
        queue.download(&net.array[0].1, &mut seen[5])?;
    }
    let mut all: Vec<u32> = seen.iter().map(|it| it[1]).collect();
    all.extend(net.host_parts().map(|it| it[1]));
    all.push(net.name);
    Ok(all)
}

/// The same on the host, which cannot see the parts on the device.
#[gpu_pipeline]
async fn host_first<B: Backend>(
    #[queue] queue: gpu_stages::Queue<B>,
    #[writes] net: Net<B>,
) -> Result<Vec<u32>> {
    let seen = {
        net.pair.1[0] = 1;
        net.host_parts().map(|it| it[1])
    };
    queue.fill(&mut net.written, 1)?;
    Ok(seen.to_vec())
}

const FILL: u32 = 0xA5A5_A5A5;

fn each_part_is_filled<B: TestBackend>(device: &B::Device) {
    let queue = gpu_stages::Queue::<B>::new(device).unwrap();
    let net = Resource::new(Net::new(device).unwrap());
    let host = || Host::new(device, 2).unwrap();
    let seen = Resource::new(std::array::from_fn(|_| host()));
    let mut expected = [FILL; 12];
    (expected[0], expected[11]) = (1, 7);
    for _ in 0..3 {
        let found = block_on(device_first(&queue, &net, &seen)).unwrap();
        assert_eq!(found, expected);
        // The next version is filled again.
        let mut clean = block_on(net.acquire_update().unwrap().wait_events()).unwrap();
        clean.clear();
        clean.ready();
        let found = block_on(host_first(&queue, &net)).unwrap();
        assert_eq!(found, [FILL; 5]);
    }
}

fn filling() -> Device {
    Device::builder()
        .fill_garbage(true)
        .check_hazards(true)
        .build()
}

#[test]
fn on_the_embedded_device() {
    let device = filling();
    correct_pipelines_give_the_same_results::<gpu_stages::cpu::Cpu>(&device);
    what_is_not_written_holds_the_fill::<gpu_stages::cpu::Cpu>(&device);
    each_part_is_filled::<gpu_stages::cpu::Cpu>(&device);
    device.assert_no_hazards();
}

#[cfg(feature = "opencl")]
#[test]
fn on_opencl() {
    let device = gpu_stages::opencl::OpenCl::device().fill_garbage(true);
    correct_pipelines_give_the_same_results::<gpu_stages::opencl::OpenCl>(&device);
    what_is_not_written_holds_the_fill::<gpu_stages::opencl::OpenCl>(&device);
    each_part_is_filled::<gpu_stages::opencl::OpenCl>(&device);
}

fn increment_first(x: &mut [u32]) {
    x[0] = x[0].wrapping_add(1);
}

/// Increments what the frame before wrote, which `#[writes]` does not promise to keep.
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
    assert_eq!(counts(&filling()), [0xA5A5_A5A6; 3]);
}
