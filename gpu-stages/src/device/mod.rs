//! Queues and commands, buffers, views and kernels: written once for all backends.

pub(crate) mod buffer;
pub(crate) mod command_queue;
mod commands;
pub(crate) mod debug_fill;
pub(crate) mod kernel;
mod opaque;
pub(crate) mod pass;
pub(crate) mod queue;
pub(crate) mod view;
pub(crate) mod visible;
