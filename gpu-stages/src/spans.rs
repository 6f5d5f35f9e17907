//! Spans of `tracing` for calls and their stages.
//!
//! A call's span is made when the pipeline is called, a stage's when the call comes to it. They are entered while the
//! future is polled, and while what it holds is dropped; in between they rest in the call's record. Without a subscriber that
//! wants them, nothing is made.

#[cfg(feature = "tracing")]
mod made;

#[cfg(feature = "tracing")]
pub(crate) use made::{Here, Slot, around, begins, close, enter, enters, leave};

#[cfg(not(feature = "tracing"))]
mod none;
#[cfg(not(feature = "tracing"))]
pub(crate) use none::{Here, around, begins, close, enter, enters, leave};
