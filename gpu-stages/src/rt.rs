//! What generated code names and users do not.

pub use crate::call::Until;
pub use crate::device::pass::Pass;
pub use crate::error::PipelineResult;

/// Lets the type of a future name the lifetimes that it captures, in the 2021 edition.
pub trait Captures<T: ?Sized> {}
impl<T: ?Sized, U: ?Sized> Captures<T> for U {}

/// The part of a list of views that a command writes.
///
/// Of a reference to a view, method resolution finds the view itself and not the reference. A view is unsized, so that
/// it cannot be exchanged with another.
pub trait PartMut {
    /// The part.
    fn part_mut(&mut self) -> &mut Self {
        self
    }
}

impl<T: ?Sized> PartMut for T {}
