//! Write the synchronous GPU pipeline; get the fully overlapped one.

mod acquire;
mod backend;
mod blocking;
mod buffer;
mod call;
mod commands;
pub mod cpu;
mod error;
mod event;
pub mod guard;
mod jobs;
mod kernel;
mod ledger;
#[cfg(feature = "opencl")]
pub mod opencl;
mod order;
mod panics;
mod pool;
mod queue;
mod reaper;
mod resource;
mod run;
mod sync;
mod track;
mod value;
mod view;
mod visible;

pub use acquire::{Acquire, Request, acquire};
pub use backend::Backend;
pub use backend::{Element, Grid};
pub use blocking::{BlockingJob, blocking, set_blocking_spawner};
pub use buffer::{DeviceBuffer, DeviceView, HostBuffer, HostView};
pub use call::{Call, Pipeline, Stage};
pub use commands::Queue;
pub use error::{Error, Failure, Origin, PipelineResult, Poison, Problem, Reason, Result, Site};
pub use event::{Event, Status, WaitKey};
pub use gpu_stages_macros::gpu_pipeline;
pub use guard::{Allocation, DeviceGuard, HandOn, HostGuard, HostReadGuard, WaitDevice};
pub use jobs::JobQueue;
pub use kernel::{KernelArgument, KernelArguments, Scalar};
pub use order::{Position, QueueId};
pub use queue::CommandQueue;
pub use resource::Resource;
pub use run::{Run, Until};
pub use view::View;
pub use visible::{DeviceVisible, Length, Pass};

/// Lets a future's type name the lifetimes that it captures, in the 2021 edition.
#[doc(hidden)]
pub trait Captures<T: ?Sized> {}
impl<T: ?Sized, U: ?Sized> Captures<T> for U {}
