//! The embedded device: real in-order queues on threads of this process, with nothing to install.
//!
//! Each queue is a worker thread; queues run unordered against each other, as those of a GPU do, so that a
//! missing wait shows. Kernels are closures over slices. The names are those of the other backends. For tests,
//! [`Device::builder`] makes a device that [checks for hazards](hazards) or fills new versions with garbage, or one
//! without threads, whose commands run when and in which order the caller says, in virtual time if wanted: a
//! [`simulation`]. A [timing model](timing) makes it as slow as a real card, in virtual time or in real time.
//!
//! ```
//! use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Kernel, Queue};
//! use gpu_stages::{Resource, Result, gpu_pipeline};
//!
//! #[gpu_pipeline]
//! async fn triple(
//!     #[queue] queue: Queue,
//!     #[writes] host: HostBuffer<f32>,
//!     #[writes] device: DeviceBuffer<f32>,
//!     kernel: Kernel,
//!     value: f32,
//! ) -> Result<f32> {
//!     host.fill(value);
//!     queue.upload(&host, &mut device)?;
//!     queue.launch(&kernel, device.len(), (&mut device,))?;
//!     queue.download(&device, &mut host)?;
//!     Ok(host[0])
//! }
//!
//! # fn main() -> Result<()> {
//! let device = Device::new();
//! let queue = Queue::new(&device)?;
//! let host = Resource::new(HostBuffer::new(&device, 16)?);
//! let buffer = Resource::new(DeviceBuffer::new(&device, 16)?);
//! let kernel = Kernel::new("triple", |data: &mut [f32]| data.iter_mut().for_each(|x| *x *= 3.0));
//! let result = triple(&queue, &host, &buffer, kernel, 2.0);
//! assert_eq!(futures::executor::block_on(result)?, 6.0);
//! # Ok(())
//! # }
//! ```

mod device;
mod entry;
mod event;
mod execute;
pub mod hazards;
mod kernel;
mod memory;
mod queue;
pub mod simulation;
mod timed;
pub mod timing;
mod worker;

use crate::backend::{Arguments, Backend, Identity, Submission};
use crate::error::{Failure, Problem};
use crate::sync::event::Event;
pub use device::{Device, DeviceBuilder};
pub use kernel::{Expected, Kernel, KernelFn, Parameter};
use memory::Block;
pub use memory::{HostMemory, Memory};
pub use queue::{Counts, RawQueue};
pub use simulation::Simulation;
use std::ptr::NonNull;

/// The embedded device's backend.
#[derive(Clone, Copy, Debug)]
pub enum Cpu {}

/// A buffer of the embedded device.
pub type DeviceBuffer<E> = crate::DeviceBuffer<Cpu, E>;
/// A host buffer for the embedded device.
pub type HostBuffer<E> = crate::HostBuffer<Cpu, E>;
/// What a device stage sees of a [`DeviceBuffer`].
pub type DeviceView<E> = crate::DeviceView<Cpu, E>;
/// What a device stage sees of a [`HostBuffer`].
pub type HostView<E> = crate::HostView<Cpu, E>;
/// An in-order queue of the embedded device.
pub type Queue = crate::Queue<Cpu>;

impl Queue {
    /// What was enqueued so far.
    pub fn counts(&self) -> Counts {
        self.raw().counts()
    }
}

impl crate::backend::sealed::Sealed for Cpu {}

// SAFETY: a worker, or a simulation, runs a queue's commands one after another and in order, each after all events
// of its `order` (`Entry::wait`); it skips those whose `data` failed. Regions and arguments are used as they are described (`execute`, `kernel`),
// commands own handles to their memory until they are over, and completions are set after that. `Block` zeroes
// and aligns.
unsafe impl Backend for Cpu {
    type Device = Device;
    type RawQueue = RawQueue;
    type Memory = Memory;
    type HostMemory = HostMemory;
    type Kernel = Kernel;

    fn open(device: &Device, identity: Identity) -> Result<RawQueue, Failure> {
        RawQueue::open(device, identity)
    }

    fn allocate(device: &Device, bytes: usize) -> Result<Memory, Failure> {
        Block::zeroed(bytes, |bytes| device.track(bytes)).map(Memory)
    }

    fn allocate_host(device: &Device, bytes: usize) -> Result<HostMemory, Failure> {
        Block::zeroed(bytes, |bytes| device.track(bytes)).map(HostMemory)
    }

    fn host_pointer(memory: &HostMemory) -> NonNull<u8> {
        memory.0.start()
    }

    fn check_launch(kernel: &Kernel, arguments: &Arguments<Self>) -> Result<(), Problem> {
        kernel.check(arguments)
    }

    unsafe fn submit(queue: &RawQueue, submission: Submission<'_, Self>) -> Result<Event, Failure> {
        Ok(queue.push(submission))
    }

    fn fills_new_versions(queue: &RawQueue) -> bool {
        queue.fills_new_versions()
    }

    fn can_wait(queue: &RawQueue, event: &Event) -> bool {
        queue.can_wait(event)
    }

    /// Workers begin by themselves, and simulations only when they are stepped.
    fn flush(_: &RawQueue) {}

    fn finish(queue: &RawQueue) {
        queue.finish();
    }
}
