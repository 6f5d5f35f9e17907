//! A frame of an upload, a copy and a download on three queues, and checks of the errors when it fails.

use futures::executor::block_on;
use gpu_stages::opencl::{Device, DeviceBuffer, HostBuffer, OpenCl, Queue};
use gpu_stages::{Error, Reason, Resource, Result, gpu_pipeline};
use gpu_stages_tests::talk::TestBackend;

/// Elements of each buffer.
pub const LEN: usize = 64;

/// A queue of the device.
pub fn queue() -> Queue {
    Queue::new(&OpenCl::device()).unwrap()
}

/// A device buffer of this name.
pub fn device_buffer(name: &str) -> Resource<DeviceBuffer<u32>> {
    Resource::new(DeviceBuffer::new(&OpenCl::device(), LEN).unwrap()).named(name)
}

/// A host buffer of this name.
pub fn host_buffer(name: &str) -> Resource<HostBuffer<u32>> {
    let device: Device = OpenCl::device();
    Resource::new(HostBuffer::new(&device, LEN).unwrap()).named(name)
}

/// What a frame uses: queues and resources.
pub struct Frame {
    pub queues: [Queue; 3],
    pub input: Resource<HostBuffer<u32>>,
    pub a: Resource<DeviceBuffer<u32>>,
    pub b: Resource<DeviceBuffer<u32>>,
    pub output: Resource<HostBuffer<u32>>,
}

#[gpu_pipeline]
pub async fn through(
    #[queue] up: Queue,
    #[queue] across: Queue,
    #[queue] down: Queue,
    #[writes] input: HostBuffer<u32>,
    #[writes] a: DeviceBuffer<u32>,
    #[writes] b: DeviceBuffer<u32>,
    #[writes] output: HostBuffer<u32>,
    value: u32,
) -> Result<u32> {
    input.fill(value);
    #[stage(name = "load")]
    up.upload(&input, &mut a)?;
    across.copy(&a, &mut b)?;
    down.download(&b, &mut output)?;
    Ok(output[LEN - 1])
}

impl Frame {
    /// On three queues, or on one.
    pub fn new(queues: usize) -> Self {
        let first = queue();
        let other = || if queues == 1 { first.clone() } else { queue() };
        Frame {
            queues: [first.clone(), other(), other()],
            input: host_buffer("input"),
            a: device_buffer("a"),
            b: device_buffer("b"),
            output: host_buffer("output"),
        }
    }

    /// Runs a frame with `value`, which is also its result.
    pub fn run(&self, value: u32) -> impl Future<Output = Result<u32>> + Unpin + use<> {
        let [up, across, down] = &self.queues;
        let (input, a, b, output) = (&self.input, &self.a, &self.b, &self.output);
        Box::pin(through(up, across, down, input, a, b, output, value))
    }
}

/// Errors name the stage that failed, and OpenCL's error.
pub fn is_told(error: &Error) {
    let text = error.to_string();
    assert!(
        text.contains("stage `load` of pipeline `through`"),
        "{text}"
    );
    assert!(text.contains("failed on the device: CL_"), "{text}");
}

/// A later reader gets the error, too.
pub fn is_poisoned<T: std::fmt::Debug + Send + Sync + 'static>(resource: &Resource<T>, name: &str) {
    let error = block_on(resource.acquire_read().unwrap().wait_events()).unwrap_err();
    let Error::Poisoned { site, poison } = &error else {
        panic!("{error:?}")
    };
    assert_eq!(site.resource(), name);
    assert!(matches!(poison.reason(), Reason::Device(_)), "{error}");
    is_told(&error);
}
