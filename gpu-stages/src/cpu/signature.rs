//! What kernels take: the closures that can be kernels, and their parameters.

use super::backend::Cpu;
use super::memory::Start;
use crate::backend::{Argument, Arguments, Element, ElementType, Grid};
use crate::device::kernel::Scalar;
use std::fmt;
use std::slice;

/// A kernel's closure, which takes its parameters out of the arguments of a launch.
pub struct Body(Box<Run>);

type Run = dyn Fn(Grid, &Arguments<Cpu>) + Send + Sync;

impl Body {
    /// # Safety
    ///
    /// The arguments fit the parameters of the closure. Their regions lie inside their memory. No other access conflicts
    /// with them while this runs.
    pub(super) unsafe fn run(&self, grid: Grid, arguments: &Arguments<Cpu>) {
        (self.0)(grid, arguments);
    }
}

/// What a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// `&[T]`
    Read(ElementType),
    /// `&mut [T]`
    Write(ElementType),
    /// `T`
    Scalar(ElementType),
}

impl Expected {
    pub(super) fn of(argument: &Argument<Cpu>) -> Self {
        match argument {
            Argument::Read(_, element) => Expected::Read(*element),
            Argument::Write(_, element) => Expected::Write(*element),
            Argument::Scalar(_, element) => Expected::Scalar(*element),
        }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expected::Read(element) => write!(f, "&[{}]", element.name),
            Expected::Write(element) => write!(f, "&mut [{}]", element.name),
            Expected::Scalar(element) => f.write_str(element.name),
        }
    }
}

/// A parameter of a kernel's closure.
///
/// # Safety
///
/// `take` makes only what `expected` says.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a parameter of a kernel",
    label = "kernels take `&[T]`, `&mut [T]`, numbers, `Scalar<T>` and `Grid`"
)]
pub unsafe trait Parameter {
    /// The parameter with the lifetime of one launch.
    type Item<'a>;

    #[doc(hidden)]
    fn expected() -> Option<Expected>;

    /// # Safety
    ///
    /// The next argument is as `expected` says. Its region lies inside its memory. No other access conflicts with it
    /// during `'a`.
    #[doc(hidden)]
    unsafe fn take<'a>(
        grid: Grid,
        arguments: &mut slice::Iter<'a, Argument<Cpu>>,
    ) -> Self::Item<'a>;
}

// SAFETY: a shared slice of `T`.
unsafe impl<T: Element> Parameter for &[T] {
    type Item<'a> = &'a [T];

    fn expected() -> Option<Expected> {
        Some(Expected::Read(ElementType::of::<T>()))
    }

    unsafe fn take<'a>(_: Grid, arguments: &mut slice::Iter<'a, Argument<Cpu>>) -> &'a [T] {
        match arguments.next() {
            // SAFETY: the region is of `T`s and aligned for them, any bits are a `T`, and nothing writes it.
            Some(Argument::Read(region, _)) => unsafe {
                slice::from_raw_parts(region.start().cast(), region.bytes / size_of::<T>().max(1))
            },
            _ => unreachable!("the arguments were checked"),
        }
    }
}

// SAFETY: an exclusive slice of `T`.
unsafe impl<T: Element> Parameter for &mut [T] {
    type Item<'a> = &'a mut [T];

    fn expected() -> Option<Expected> {
        Some(Expected::Write(ElementType::of::<T>()))
    }

    unsafe fn take<'a>(_: Grid, arguments: &mut slice::Iter<'a, Argument<Cpu>>) -> &'a mut [T] {
        match arguments.next() {
            // SAFETY: the region is of `T`s and aligned for them, any bits are a `T`, and nothing else accesses it.
            Some(Argument::Write(region, _)) => unsafe {
                slice::from_raw_parts_mut(
                    region.start().cast(),
                    region.bytes / size_of::<T>().max(1),
                )
            },
            _ => unreachable!("the arguments were checked"),
        }
    }
}

fn scalar<T: Element>(arguments: &mut slice::Iter<'_, Argument<Cpu>>) -> T {
    match arguments.next() {
        Some(Argument::Scalar(bytes, _)) => bytemuck::pod_read_unaligned(bytes),
        _ => unreachable!("the arguments were checked"),
    }
}

// SAFETY: a copy of a scalar.
unsafe impl<T: Element> Parameter for Scalar<T> {
    type Item<'a> = Scalar<T>;

    fn expected() -> Option<Expected> {
        Some(Expected::Scalar(ElementType::of::<T>()))
    }

    unsafe fn take<'a>(_: Grid, arguments: &mut slice::Iter<'a, Argument<Cpu>>) -> Scalar<T> {
        Scalar(scalar(arguments))
    }
}

// SAFETY: a copy of the launch's grid.
unsafe impl Parameter for Grid {
    type Item<'a> = Grid;

    fn expected() -> Option<Expected> {
        None
    }

    unsafe fn take<'a>(grid: Grid, _: &mut slice::Iter<'a, Argument<Cpu>>) -> Grid {
        grid
    }
}

macro_rules! scalars {
    ($($scalar:ty)+) => {$(
        // SAFETY: a copy of a scalar.
        unsafe impl Parameter for $scalar {
            type Item<'a> = $scalar;

            fn expected() -> Option<Expected> {
                Some(Expected::Scalar(ElementType::of::<$scalar>()))
            }

            unsafe fn take<'a>(_: Grid, arguments: &mut slice::Iter<'a, Argument<Cpu>>) -> $scalar {
                scalar(arguments)
            }
        }
    )+};
}

scalars!(u8 u16 u32 u64 usize i8 i16 i32 i64 isize f32 f64);

#[diagnostic::on_unimplemented(
    message = "this cannot be a kernel",
    label = "no closure over what kernels take",
    note = "a kernel is a closure of up to 10 parameters, each of them `&[T]`, `&mut [T]`, a number, `Scalar<T>` \
            or `Grid`, with its type written: `|input: &[f32], output: &mut [f32]| ...`"
)]
/// A closure that can be a kernel: up to 10 parameters, each a [`Parameter`].
pub trait KernelFn<Parameters>: sealed::Sealed<Parameters> {
    #[doc(hidden)]
    fn parameters(&self) -> Vec<Expected>;

    #[doc(hidden)]
    fn into_body(self) -> Body;
}

mod sealed {
    pub trait Sealed<Parameters> {}
}

macro_rules! closures {
    ($($($P:ident),+;)+) => {$(
        impl<Function, $($P: Parameter),+> sealed::Sealed<($($P,)+)> for Function
        where
            Function: Fn($($P),+) + for<'a> Fn($($P::Item<'a>),+) + Send + Sync + 'static
        {}

        impl<Function, $($P: Parameter),+> KernelFn<($($P,)+)> for Function
        where
            Function: Fn($($P),+) + for<'a> Fn($($P::Item<'a>),+) + Send + Sync + 'static
        {
            fn parameters(&self) -> Vec<Expected> {
                [$($P::expected()),+].into_iter().flatten().collect()
            }

            #[allow(non_snake_case, reason = "one variable per parameter")]
            fn into_body(self) -> Body {
                /// Chooses the signature whose lifetimes are those of a launch.
                #[allow(clippy::too_many_arguments, reason = "one per parameter")]
                fn call<$($P),+>(function: impl Fn($($P),+), $($P: $P),+) {
                    function($($P),+);
                }
                Body(Box::new(move |grid, arguments| {
                    let mut arguments = arguments.iter();
                    // SAFETY: `Body::run` passes the conditions on to its caller; each argument is taken once.
                    $(let $P = unsafe { $P::take(grid, &mut arguments) };)+
                    call(&self, $($P),+);
                }))
            }
        }
    )+};
}

closures! {
    A;
    A, B;
    A, B, C;
    A, B, C, D;
    A, B, C, D, E;
    A, B, C, D, E, F;
    A, B, C, D, E, F, G;
    A, B, C, D, E, F, G, H;
    A, B, C, D, E, F, G, H, I;
    A, B, C, D, E, F, G, H, I, J;
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;
    use crate::backend::Bytes;

    fn parameters<P>(closure: impl KernelFn<P>) -> Vec<String> {
        let parameters = closure.parameters();
        parameters.iter().map(Expected::to_string).collect()
    }

    #[test]
    fn a_closure_takes_what_its_parameters_say_in_their_order() {
        let found = parameters(|_: &[f32], _: &mut [u8], _: i64, _: Scalar<[u16; 2]>| {});
        assert_eq!(found, ["&[f32]", "&mut [u8]", "i64", "[u16; 2]"]);
    }

    #[test]
    fn a_grid_takes_no_argument() {
        let found = parameters(|_: &[f32], _: Grid, _: u32| {});
        assert_eq!(found, ["&[f32]", "u32"]);
    }

    #[test]
    fn an_argument_is_told_by_its_kind_and_type() {
        let one = Argument::Scalar(
            Bytes::from_slice(&1_u32.to_ne_bytes()),
            ElementType::of::<u32>(),
        );
        assert_eq!(
            Expected::of(&one),
            Expected::Scalar(ElementType::of::<u32>())
        );
        assert_ne!(
            Expected::of(&one),
            Expected::Scalar(ElementType::of::<i32>())
        );
        assert_ne!(Expected::of(&one), Expected::Read(ElementType::of::<u32>()));
    }

    #[test]
    fn a_body_gets_the_grid_and_the_scalars_of_the_launch() {
        let body = |grid: Grid, first: u32, second: f64| {
            assert_eq!((grid.global[0], first, second), (7, 1, 2.5));
        };
        let arguments = Arguments::from_iter([
            Argument::Scalar(
                Bytes::from_slice(&1_u32.to_ne_bytes()),
                ElementType::of::<u32>(),
            ),
            Argument::Scalar(
                Bytes::from_slice(&2.5_f64.to_ne_bytes()),
                ElementType::of::<f64>(),
            ),
        ]);
        // SAFETY: the arguments are those of the closure, and there are no regions.
        unsafe { body.into_body().run(Grid::from(7), &arguments) };
    }
}
