//! [`OpenCl`], the type that names the backend. `mod.rs` implements [`Backend`](crate::Backend) for it.

/// The OpenCL backend.
#[derive(Clone, Copy, Debug)]
pub enum OpenCl {}
