//! The slots of a resource: the values, and which use may reach them when.

pub(crate) mod core;
pub(crate) mod deferred;
mod registry;
pub(crate) mod state;
pub(crate) mod storage;

pub(crate) use registry::{add, all};
