//! What generated code names and users do not.

pub use crate::call::Until;
pub use crate::device::pass::Pass;
pub use crate::error::PipelineResult;

/// Lets the type of a future name the lifetimes that it captures, in the 2021 edition.
pub trait Captures<T: ?Sized> {}
impl<T: ?Sized, U: ?Sized> Captures<T> for U {}
