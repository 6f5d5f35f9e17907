//! [`Cpu`], the type that names the backend. `mod.rs` implements [`Backend`](crate::Backend) for it.

/// The embedded device's backend.
#[derive(Clone, Copy, Debug)]
pub enum Cpu {}
