//! Spans of `tracing` for calls and their stages.
//!
//! The span of a call is made when the pipeline is called, that of a stage when the call comes to it. They are entered
//! while a thread runs code of the call. Without a subscriber that wants them, none are made.

#[cfg(feature = "tracing")]
mod listener;
#[cfg(feature = "tracing")]
pub(crate) use listener::register;

/// There are no spans without the feature `tracing`.
#[cfg(not(feature = "tracing"))]
pub(crate) fn register() {}
