//! Observers: timelines, spans, hazard checkers and stall watches. The core tells all of them what happens, by one enum of
//! plain ids, and names none.
//!
//! An observer registers once, with the kinds of observations that it wants. While no observer wants a kind, an
//! observation of it costs one look at a static.

pub(crate) mod device_times;
mod enqueuing;
mod ids;
mod observation;
mod outcome;
mod registry;
#[cfg(feature = "tracing")]
mod subscribed;

pub(crate) use enqueuing::Enqueuing;
pub(crate) use ids::{MemoryId, SlotId, UseId};
pub use observation::Awaited;
pub(crate) use observation::{EnqueuedCommand, Interest, Observation};
pub use outcome::Outcome;
pub(crate) use registry::{Observer, emit, set_interest, wants};
#[cfg(feature = "tracing")]
pub(crate) use subscribed::Subscribed;
