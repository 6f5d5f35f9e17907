//! One run of a pipeline: its handle and record, its uses of resources, its future, blocking stages.

mod activity;
mod blocking;
mod dependencies;
mod handle;
#[cfg(all(test, loom))]
mod models;
mod name;
mod ordering;
mod record;
mod run;
#[cfg(test)]
#[cfg(not(any(loom, shuttle)))]
mod tests;
mod usage;

pub(crate) use activity::Activity;
pub use blocking::{BlockingJob, blocking, set_blocking_spawner};
pub(crate) use dependencies::{Dependencies, Needs};
pub use handle::Call;
pub(crate) use name::{Parameter, ResourceName};
pub(crate) use ordering::{Ordered, settle, settle_numbered, settle_so_far};
pub use run::{Run, Until};
pub(crate) use usage::{OpaqueQueue, Use, observe_completed};
