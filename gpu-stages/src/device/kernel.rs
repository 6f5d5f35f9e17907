//! [`KernelArguments`]: typed tuples that become the arguments of a launch.

use super::pass::ViewAccess;
use super::view::{Slice, SliceMut, View};
use crate::backend::{Argument, Arguments, Backend, Bytes, Element, ElementType};
use crate::error::Result;
use smallvec::SmallVec;

/// The arguments of a launch and the views among them.
pub struct Launch<'a, B: Backend> {
    pub(crate) arguments: Arguments<B>,
    pub(crate) accesses: SmallVec<[ViewAccess<'a>; 6]>,
}

/// One argument of a kernel: `&view` to read, `&mut view` to write, a scalar by value.
///
/// Scalars are the number types; wrap another plain type in [`Scalar`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a kernel",
    label = "no kernel takes this",
    note = "pass device buffers as `&x` or `&mut x`, numbers by value, other plain data as `Scalar(value)`"
)]
pub trait KernelArgument<B: Backend>: sealed::Sealed {
    #[doc(hidden)]
    fn collect<'a>(&'a self, launch: &mut Launch<'a, B>) -> Result<()>;
}

/// The arguments of a kernel: a tuple of up to 12, or `()`.
#[diagnostic::on_unimplemented(
    message = "the arguments of a kernel are a tuple, not `{Self}`",
    label = "this is no tuple of arguments",
    note = "write `(&x, &mut y)`, or `(&mut x,)` for a single one; a kernel takes up to 12"
)]
pub trait KernelArguments<B: Backend>: sealed::Sealed {
    #[doc(hidden)]
    fn collect<'a>(&'a self, launch: &mut Launch<'a, B>) -> Result<()>;
}

/// A scalar argument of any plain type.
#[derive(Clone, Copy, Debug)]
pub struct Scalar<T>(pub T);

fn read<'a, B: Backend, E: Element>(
    view: &'a View<B::Memory, E>,
    launch: &mut Launch<'a, B>,
) -> Result<()> {
    let argument = Argument::Read(view.region()?, view.element());
    launch.arguments.push(argument);
    launch.accesses.push(view.reading());
    Ok(())
}

fn write<'a, B: Backend, E: Element>(
    view: &'a View<B::Memory, E>,
    launch: &mut Launch<'a, B>,
) -> Result<()> {
    let argument = Argument::Write(view.region()?, view.element());
    launch.arguments.push(argument);
    launch.accesses.push(view.writing());
    Ok(())
}

fn scalar<T: Element, B: Backend>(value: &T, launch: &mut Launch<'_, B>) {
    let bytes = Bytes::from_slice(bytemuck::bytes_of(value));
    let argument = Argument::Scalar(bytes, ElementType::of::<T>());
    launch.arguments.push(argument);
}

mod sealed {
    /// The library's own types: no other implementation could pass one `&mut` view twice.
    pub trait Sealed {}
}

macro_rules! views {
    ($($view:ty, $by:ident;)+) => {$(
        impl<M, E> sealed::Sealed for $view {}

        #[diagnostic::do_not_recommend]
        impl<B: Backend<Memory = M>, M, E: Element> KernelArgument<B> for $view {
            fn collect<'a>(&'a self, launch: &mut Launch<'a, B>) -> Result<()> {
                $by(self, launch)
            }
        }
    )+};
}

views! {
    &View<M, E>, read;
    &Slice<'_, M, E>, read;
    &SliceMut<'_, M, E>, read;
    &&View<M, E>, read;
    &&mut View<M, E>, read;
    &mut View<M, E>, write;
    &mut SliceMut<'_, M, E>, write;
    &mut &mut View<M, E>, write;
}

impl<T> sealed::Sealed for Scalar<T> {}

impl<B: Backend, T: Element> KernelArgument<B> for Scalar<T> {
    fn collect<'a>(&'a self, launch: &mut Launch<'a, B>) -> Result<()> {
        scalar(&self.0, launch);
        Ok(())
    }
}

macro_rules! scalars {
    ($($scalar:ty)+) => {$(
        impl sealed::Sealed for $scalar {}

        impl<B: Backend> KernelArgument<B> for $scalar {
            fn collect<'a>(&'a self, launch: &mut Launch<'a, B>) -> Result<()> {
                scalar(self, launch);
                Ok(())
            }
        }
    )+};
}

scalars!(u8 u16 u32 u64 usize i8 i16 i32 i64 isize f32 f64);

macro_rules! tuples {
    ($($($T:ident $i:tt),*;)+) => {$(
        impl<$($T),*> sealed::Sealed for ($($T,)*) {}

        impl<B: Backend, $($T: KernelArgument<B>),*> KernelArguments<B> for ($($T,)*) {
            #[allow(unused_variables, reason = "the empty tuple")]
            fn collect<'a>(&'a self, launch: &mut Launch<'a, B>) -> Result<()> {
                $(self.$i.collect(launch)?;)*
                Ok(())
            }
        }
    )+};
}

tuples! {
    ;
    A 0;
    A 0, C 1;
    A 0, C 1, D 2;
    A 0, C 1, D 2, E 3;
    A 0, C 1, D 2, E 3, F 4;
    A 0, C 1, D 2, E 3, F 4, G 5;
    A 0, C 1, D 2, E 3, F 4, G 5, H 6;
    A 0, C 1, D 2, E 3, F 4, G 5, H 6, I 7;
    A 0, C 1, D 2, E 3, F 4, G 5, H 6, I 7, J 8;
    A 0, C 1, D 2, E 3, F 4, G 5, H 6, I 7, J 8, K 9;
    A 0, C 1, D 2, E 3, F 4, G 5, H 6, I 7, J 8, K 9, L 10;
    A 0, C 1, D 2, E 3, F 4, G 5, H 6, I 7, J 8, K 9, L 10, M 11;
}
