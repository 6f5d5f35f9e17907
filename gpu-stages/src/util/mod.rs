//! What the library builds on and what knows nothing of it: primitives, panics, pools, tuples.

pub(crate) mod panics;
pub mod pool;
pub(crate) mod primitives;
pub(crate) mod tuples;
