//! What generated code names and users do not.

pub use crate::call::Until;
pub use crate::device::pass::Pass;
use crate::device::visible::Length;
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

/// A copy of the value of a resource.
pub fn copied<T: Copied>(value: &T) -> T {
    value.copied()
}

/// A type whose values are copied out of a resource.
#[diagnostic::on_unimplemented(
    message = "a resource of type `{Self}` cannot be moved",
    label = "the value stays in the resource",
    note = "borrow it, `&x` or `&mut x`, or make a copy with `x.clone()`"
)]
pub trait Copied {
    /// The copy.
    fn copied(&self) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Copy> Copied for T {
    fn copied(&self) -> T {
        *self
    }
}

/// The metadata of a collection that devices do not see.
pub fn length(len: usize) -> Length {
    Length(len)
}
