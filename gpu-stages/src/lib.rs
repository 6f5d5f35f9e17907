//! Write the synchronous GPU pipeline; get the fully overlapped one.
//!
//! [`#[gpu_pipeline]`](gpu_pipeline) turns a linear async function that declares its buffer reads and writes into
//! code that acquires, waits for and releases resources by itself. It uses as few waits as possible, and waits on the
//! device where it can. The language is described there.
//!
//! ```
//! use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Kernel, Queue};
//! use gpu_stages::{Resource, Result, gpu_pipeline};
//!
//! /// Adds up the squares of `0..n`, on the device.
//! #[gpu_pipeline]
//! async fn squares(
//!     #[queue] queue: Queue,
//!     #[writes] host: HostBuffer<u32>,
//!     #[writes] device: DeviceBuffer<u32>,
//!     square: Kernel,
//!     n: u32,
//! ) -> Result<u32> {
//!     host.iter_mut().zip(0..n).for_each(|(x, i)| *x = i);
//!     queue.upload(&host, &mut device)?;
//!     queue.launch(&square, device.len(), (&mut device,))?;
//!     queue.download(&device, &mut host)?;
//!     Ok(host.iter().take(n as usize).sum())
//! }
//!
//! # fn main() -> Result<()> {
//! let device = Device::new();
//! let queue = Queue::new(&device)?;
//! let host = Resource::try_ring(2, || HostBuffer::new(&device, 16))?;
//! let buffer = Resource::new(DeviceBuffer::new(&device, 16)?);
//! let square = Kernel::new("square", |x: &mut [u32]| x.iter_mut().for_each(|x| *x *= *x));
//!
//! // Two frames in flight. They acquire here, in this order.
//! let first = squares(&queue, &host, &buffer, square.clone(), 4);
//! let second = squares(&queue, &host, &buffer, square, 5);
//! let (first, second) = futures::executor::block_on(futures::future::join(first, second));
//! assert_eq!((first?, second?), (14, 30));
//! # Ok(())
//! # }
//! ```
//!
//! # The parts
//!
//! - [`Resource`]: a value, or a ring of values, that calls use one after another.
//! - [`guard`]: allocations and guards, the manual interface that pipelines are made of.
//! - [`cpu`] and, with the feature of this name, `opencl`: the backends, with the same names.
//!   [`Queue`], [`DeviceBuffer`] and [`HostBuffer`] are generic over the [`Backend`]; so can pipelines be.
//! - [`JobQueue`]: a bounded number of frames in flight.
//! - [`Timeline`]: when calls, stages and commands ran, as pictures and traces.
//! - [`bound`]: how fast a pipeline can be at best, and how many slots and frames in flight that takes.
//!
//! # Calls and futures
//!
//! A call acquires when the function is called, not when its future is polled: `tokio::spawn(process(…))` is in
//! order. `tokio::spawn(async move { process(…).await })` acquires when the task first runs, and is not in order. A
//! future that is kept but neither polled nor dropped blocks the later calls that use its resources.
//!
//! Dropping the future cancels the call. When one call fails, `try_join!`, and `try_collect` on a stream of calls,
//! cancel all others, and the data that those were writing is lost. Use `join!` or a [`JobQueue`] to let the others
//! complete.
//!
//! # Spans
//!
//! With the feature `tracing`, each call has a span `call`, level `DEBUG`, with the fields `pipeline` and `call`, a
//! unique number. Within it each stage has a span `stage`, level `TRACE`, with `pipeline`, `stage` and `call`. Their
//! target is `gpu_stages::call`. They are entered while the future is polled or dropped, and around a blocking stage
//! on its thread, so that events in a stage are in its span. The span of a call is created when the function is
//! called, as a child of the caller's span, and closed when the future resolves or is dropped. Without an interested
//! subscriber, no spans are created.

mod acquire;
mod backend;
pub mod bound;
mod call;
pub mod cpu;
mod device;
mod error;
pub mod guard;
mod jobs;
mod listeners;
#[cfg(all(test, any(loom, shuttle)))]
mod models;
mod observe;
#[cfg(feature = "opencl")]
pub mod opencl;
pub mod prelude;
mod resource;
#[doc(hidden)]
pub mod rt;
mod schedule;
mod slots;
mod spans;
pub mod stall;
mod sync;
pub mod timeline;
mod util;

pub use acquire::{Acquire, Request, Wanted, acquire};
pub use backend::{Backend, Element, Grid};
pub use call::{BlockingJob, Call, Run, Until, blocking, set_blocking_spawner};
pub use device::buffer::{DeviceBuffer, HostBuffer};
pub use device::command_queue::{CommandQueue, Opaque, OpaqueUses, Release};
pub use device::kernel::{KernelArgument, KernelArguments, Scalar};
pub use device::pass::Pass;
pub use device::queue::Queue;
pub use device::view::{DeviceView, HostView, Slice, SliceMut, View};
pub use device::visible::{DeviceVisible, HostOnly, Length, PartList};
pub use error::{Error, Failure, Origin, Poison, Problem, Reason, Result, Site};
pub use gpu_stages_macros::{DeviceVisible, gpu_pipeline};
pub use guard::{Allocation, DeviceGuard, HostGuard, HostReadGuard, WaitDevice};
pub use guard::{GuardList, Parts};
pub use jobs::JobQueue;
pub use resource::{Readable, Requests, Resource, Version};
pub use schedule::{Schedule, Stage};
pub use sync::clock::{Position, QueueId};
pub use sync::event::{Event, Status, WaitKey};
pub use timeline::Timeline;

/// The examples of the README compile and run.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
