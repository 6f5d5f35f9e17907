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
mod blocking;
mod books;
pub mod bound;
mod buffer;
mod call;
mod commands;
pub mod cpu;
mod error;
mod event;
mod garbage;
pub mod guard;
mod jobs;
mod kernel;
mod lease;
mod ledger;
#[cfg(all(test, any(loom, shuttle)))]
mod models;
#[cfg(feature = "opencl")]
pub mod opencl;
mod order;
mod panics;
mod pool;
mod queue;
mod rare;
mod readable;
mod reaper;
mod resource;
mod run;
mod schedule;
mod solo;
mod spans;
pub mod stall;
mod sync;
mod terms;
pub mod timeline;
mod track;
mod tuples;
mod value;
mod version;
mod view;
mod visible;
mod waits;
mod watch;

pub use acquire::{Acquire, Request, Requests, Wanted, acquire};
pub use backend::Backend;
pub use backend::{Element, Grid};
pub use blocking::{BlockingJob, blocking, set_blocking_spawner};
pub use buffer::{DeviceBuffer, HostBuffer};
pub use call::Call;
pub use commands::Queue;
pub use error::{Error, Failure, Origin, Poison, Problem, Reason, Result, Site};
pub use event::{Event, Status, WaitKey};
pub use gpu_stages_macros::{DeviceVisible, gpu_pipeline};
pub use guard::{Allocation, DeviceGuard, HostGuard, HostReadGuard, WaitDevice};
pub use guard::{GuardList, Parts};
pub use jobs::JobQueue;
pub use kernel::{KernelArgument, KernelArguments, Scalar};
pub use order::{Position, QueueId};
pub use queue::{CommandQueue, HandOn, Opaque, OpaqueUses};
pub use readable::Readable;
pub use resource::Resource;
pub use run::{Run, Until};
pub use schedule::{Schedule, Stage};
pub use timeline::Timeline;
pub use version::Version;
pub use view::{DeviceView, HostView, View};
#[doc(hidden)]
pub use visible::Pass;
pub use visible::{DeviceVisible, HostOnly, Length};

/// What generated code names and users do not.
#[doc(hidden)]
pub mod rt {
    pub use crate::error::PipelineResult;
    pub use crate::run::Until;
    pub use crate::visible::Pass;

    /// Lets a future's type name the lifetimes that it captures, in the 2021 edition.
    pub trait Captures<T: ?Sized> {}
    impl<T: ?Sized, U: ?Sized> Captures<T> for U {}
}

/// The examples of the README compile and run.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
