//! The embedded device: real in-order queues on threads of this process, with nothing to install.
//!
//! Each queue is a worker thread. Queues are not ordered against each other, as on a GPU, so that a missing wait shows.
//! Kernels are closures over slices. The names are those of the other backends. Threads do not survive `fork`: a child
//! process makes queues of its own.
//!
//! For tests, [`Device::builder`] makes a device that [checks for hazards](hazards), or one that gives new versions a
//! debug fill. A device in a [`simulation`] has no threads: the caller chooses when and in which order its commands
//! run, in virtual time if wanted. A [timing model](timing) makes a device as slow as a real card, in virtual time or
//! in real time.
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

mod backend;
mod device;
mod entry;
mod event;
mod execute;
pub mod hazards;
mod kernel;
mod memory;
mod queue;
mod queued;
mod signature;
pub mod simulation;
mod timed;
pub mod timing;
mod worker;

use crate::backend::{Arguments, Backend, Command, Identity, Submission};
use crate::error::{Failure, Problem};
use crate::observe::MemoryId;
use crate::sync::event::Event;
pub use backend::Cpu;
pub use device::{Device, DeviceBuilder};
use hazards::Tracked;
pub use kernel::Kernel;
use memory::Block;
pub use memory::{HostMemory, Memory};
pub use queue::{Counts, RawQueue};
pub use signature::{Expected, KernelFn, Parameter};
pub use simulation::Simulation;
use std::ptr::NonNull;

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
    /// The numbers of commands that were enqueued so far.
    pub fn counts(&self) -> Counts {
        self.raw().counts()
    }
}

impl crate::backend::sealed::Sealed for Cpu {}

// SAFETY: a worker, or a simulation, runs a queue's commands one after another and in order, each after all events of
// its `order` (`Entry::wait`); it skips a command whose `data` failed. Regions and arguments are used as they are
// described (`execute`, `signature`). Commands own handles to their memory until they are over, and completions are set
// after that. `Block` zeroes and aligns.
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

    fn memory_id(memory: &Memory) -> Option<MemoryId> {
        memory.0.tracked().map(Tracked::id)
    }

    fn host_memory_id(memory: &HostMemory) -> Option<MemoryId> {
        memory.0.tracked().map(Tracked::id)
    }

    fn check_launch(kernel: &Kernel, arguments: &Arguments<Self>) -> Result<(), Problem> {
        kernel.check(arguments)
    }

    unsafe fn submit(queue: &RawQueue, submission: Submission<'_, Self>) -> Result<Event, Failure> {
        if let Command::Launch(_, grid, _) = submission.command {
            grid.check_groups()
                .map_err(|problem| Failure::new(None, problem))?;
        }
        Ok(queue.push(submission))
    }

    fn fills_new_versions(queue: &RawQueue) -> bool {
        queue.fills_new_versions()
    }

    fn can_wait(queue: &RawQueue, event: &Event) -> bool {
        queue.can_wait(event)
    }

    /// Nothing to do: workers begin by themselves, and simulations only when they are stepped.
    fn flush(_: &RawQueue) {}

    fn finish(queue: &RawQueue) {
        queue.finish();
    }
}
