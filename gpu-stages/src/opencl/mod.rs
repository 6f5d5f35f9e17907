//! OpenCL 1.2 and later, on any device. The names are those of the other backends.
//!
//! Needs the feature `opencl` and the OpenCL library to link (Debian: `ocl-icd-opencl-dev`); where there is no GPU,
//! PoCL runs kernels on the processor (Debian: `pocl-opencl-icd`).
//!
//! Commands wait on the device through their own wait lists. By the rules of OpenCL a failed command fails everything
//! that waits for it, also where only the order matters: frames that were enqueued after it, before the failure was
//! seen, fail with it; later ones do not. Some drivers (rusticl 25) fail everything on a queue after that, too: make a new
//! queue there.
//!
//! Only PoCL is known to report everything behind a failed command as failed. On other drivers each command has an event
//! of its own and is asked for, which takes more calls.
//!
//! Tasks are woken on one thread of the library's own, never in a callback of the driver. A waker may call OpenCL; one
//! that blocks keeps the others waiting.
//!
//! Before `main` ends, await what is enqueued or call [`Queue::finish`](crate::Queue::finish) on each queue: drivers have
//! threads of their own, which may crash while the process takes itself apart.

mod after_failure;
mod aftercare;
mod alarm;
mod backend;
mod cl;
mod dependencies;
mod device;
mod discovery;
mod event;
mod failures;
mod fence;
pub mod foreign;
mod grid;
mod kernel;
mod leftovers;
mod memory;
mod native_queue;
mod queue;
mod signature;
mod source;
mod timed;
mod types;

use crate::backend::{Arguments, Backend, Identity, Submission, Used};
use crate::error::{Failure, Problem};
use crate::sync::event::Event;
pub use backend::OpenCl;
pub use cl::driver_calls;
pub use device::Device;
pub use kernel::Kernel;
pub use memory::{HostMemory, Memory};
pub use queue::RawQueue;
use std::ptr::NonNull;

/// A buffer of an OpenCL device.
pub type DeviceBuffer<E> = crate::DeviceBuffer<OpenCl, E>;
/// A pinned host buffer.
pub type HostBuffer<E> = crate::HostBuffer<OpenCl, E>;
/// What a device stage sees of a [`DeviceBuffer`].
pub type DeviceView<E> = crate::DeviceView<OpenCl, E>;
/// What a device stage sees of a [`HostBuffer`].
pub type HostView<E> = crate::HostView<OpenCl, E>;
/// An in-order queue of an OpenCL device.
pub type Queue = crate::Queue<OpenCl>;

impl crate::backend::sealed::Sealed for OpenCl {}

// SAFETY: queues are in order; wait lists hold the native events of `order`. An event is terminal when its native event
// or a later one of the same queue is complete. OpenCL does not run a command if an event in its wait list failed; a
// failed event is terminal only once everything that the command is ordered after is over (`fence.rs`). The driver
// retains the buffers of enqueued commands, and `RawQueue` keeps host memory. Memory is zeroed before it is given out;
// host memory is aligned inside of what the driver gives. Objects of other
// contexts do not reach the driver (`check_device`, `dependencies.rs`).
unsafe impl Backend for OpenCl {
    type Device = Device;
    type RawQueue = RawQueue;
    type Memory = Memory;
    type HostMemory = HostMemory;
    type Kernel = Kernel;

    fn open(device: &Device, identity: Identity) -> Result<RawQueue, Failure> {
        RawQueue::open(device, identity)
    }

    fn allocate(device: &Device, bytes: usize) -> Result<Memory, Failure> {
        Memory::zeroed(device, bytes).map_err(cl::Code::failure)
    }

    fn allocate_host(device: &Device, bytes: usize) -> Result<HostMemory, Failure> {
        HostMemory::zeroed(device, bytes).map_err(cl::Code::failure)
    }

    fn host_pointer(memory: &HostMemory) -> NonNull<u8> {
        memory.start()
    }

    fn check_launch(kernel: &Kernel, arguments: &Arguments<Self>) -> Result<(), Problem> {
        kernel.check(arguments)
    }

    fn check_device(queue: &RawQueue, used: Used<'_, Self>) -> Result<(), Problem> {
        let queue = queue.device();
        match used {
            Used::Memory(memory) => queue.check_same("it", memory.device()),
            Used::Kernel(kernel) => kernel.check_device(queue),
        }
    }

    unsafe fn submit(queue: &RawQueue, submission: Submission<'_, Self>) -> Result<Event, Failure> {
        // SAFETY: passed on to the caller.
        unsafe { queue.submit(submission) }
    }

    fn fills_new_versions(queue: &RawQueue) -> bool {
        queue.fills_new_versions()
    }

    fn can_wait(queue: &RawQueue, event: &Event) -> bool {
        queue.can_wait(event)
    }

    fn flush(queue: &RawQueue) {
        queue.flush();
    }

    fn finish(queue: &RawQueue) {
        queue.finish();
    }
}
