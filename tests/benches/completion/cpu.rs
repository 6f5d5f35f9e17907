//! The embedded device.

use crate::rig::{End, Rig};
use futures::FutureExt;
use futures::executor::block_on;
use gpu_stages::cpu::{Device, DeviceBuffer, Kernel, Queue};
use gpu_stages::{Event, Resource, Result, Status, gpu_pipeline};
use gpu_stages_tests::Gate;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

#[gpu_pipeline]
async fn touch(
    #[queue] queue: Queue,
    #[writes] data: DeviceBuffer<f32>,
    kernel: Kernel,
) -> Result<()> {
    queue.launch(&kernel, 1, (&mut data,))?;
    Ok(())
}

/// A queue with a gate.
pub struct Embedded {
    device: Device,
    queue: Queue,
    gate: Gate,
    gated: Resource<DeviceBuffer<f32>>,
    buffers: Vec<Resource<DeviceBuffer<f32>>>,
    /// Notes when it ran, as nanoseconds since `epoch`.
    kernel: Kernel,
    ran: Arc<AtomicU64>,
    epoch: Instant,
}

impl Embedded {
    pub fn new() -> Self {
        let device = Device::new();
        let (ran, epoch) = (Arc::<AtomicU64>::default(), Instant::now());
        let note = ran.clone();
        let kernel = Kernel::new("touch", move |_: &mut [f32]| {
            note.store(epoch.elapsed().as_nanos() as u64, Ordering::Release);
        });
        Embedded {
            queue: Queue::new(&device).expect("a queue"),
            gated: Resource::new(buffer(&device)),
            buffers: Vec::new(),
            gate: Gate::default(),
            device,
            kernel,
            ran,
            epoch,
        }
    }

    /// The buffer of a command: commands have nothing to do with each other.
    fn touch(&mut self, number: usize) -> impl Future<Output = Result<()>> + Send + use<> {
        while self.buffers.len() <= number {
            self.buffers.push(Resource::new(buffer(&self.device)));
        }
        touch(&self.queue, &self.buffers[number], self.kernel.clone())
    }
}

fn buffer(device: &Device) -> DeviceBuffer<f32> {
    DeviceBuffer::new(device, 1).expect("a buffer")
}

impl Rig for Embedded {
    type End = Event;

    const NAME: &'static str = "cpu";

    fn hold(&mut self) {
        self.gate = Gate::default();
        let holding = touch(&self.queue, &self.gated, self.gate.kernel(0.0));
        // What is enqueued goes on without its future.
        assert!(holding.now_or_never().is_none(), "the gate is closed");
    }

    fn release(&mut self) {
        self.gate.open();
    }

    fn over_since(&self) -> Instant {
        self.epoch + Duration::from_nanos(self.ran.load(Ordering::Acquire))
    }

    fn pipeline(&mut self, number: usize) -> impl Future<Output = ()> + Send + 'static + use<> {
        let touch = self.touch(number);
        async { touch.await.expect("a command") }
    }

    fn command(&mut self, number: usize) -> Event {
        let enqueued = self.touch(number).now_or_never();
        assert!(enqueued.is_none(), "the gate is closed");
        self.queue.marker().expect("a marker")
    }
}

impl End for Event {
    fn is_over(&self) -> bool {
        !matches!(self.status(), Status::Pending)
    }

    fn block(self) {
        block_on(self.wait()).expect("a command");
    }

    /// The library's own future is how one is called back here.
    fn call_back(self, _: impl FnOnce() + Send + 'static) -> Option<()> {
        None
    }
}
