//! Events of the embedded device.

mod completion;
#[cfg(all(test, loom))]
mod models;

pub(super) use completion::Completion;
