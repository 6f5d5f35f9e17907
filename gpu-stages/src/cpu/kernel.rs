//! Kernels of the embedded device: closures over typed slices and scalars.

use super::Cpu;
use super::memory::Start;
use crate::backend::{Argument, Arguments, Element, ElementType, Grid};
use crate::device::kernel::Scalar;
use crate::error::Problem;
use crate::util::primitives::Arc;
use std::fmt;
use std::slice;

/// A program for the embedded device.
///
/// A closure whose parameters are `&[T]` for each buffer that it reads, `&mut [T]` for each that it writes, and
/// scalars by value. It runs once per launch, on the queue's thread; a [`Grid`] parameter, which takes no
/// argument, tells the number of work-items.
///
/// ```
/// use gpu_stages::cpu::Kernel;
///
/// let triple = Kernel::new("triple", |input: &[f32], output: &mut [f32]| {
///     for (x, y) in input.iter().zip(output) {
///         *y = 3.0 * x;
///     }
/// });
/// ```
///
/// A panic in the closure is a failed command, not a crash.
#[derive(Clone)]
pub struct Kernel {
    inner: Arc<Inner>,
}

struct Inner {
    name: Arc<str>,
    parameters: Vec<Expected>,
    body: Box<Body>,
}

type Body = dyn Fn(Grid, &Arguments<Cpu>) + Send + Sync;

impl fmt::Debug for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Kernel").field(&self.inner.name).finish()
    }
}

impl Kernel {
    /// A kernel of this name, for messages.
    pub fn new<Parameters>(name: &str, body: impl KernelFn<Parameters>) -> Self {
        Kernel {
            inner: Arc::new(Inner {
                name: name.into(),
                parameters: body.parameters(),
                body: body.into_body(),
            }),
        }
    }

    /// The kernel's name.
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    pub(super) fn check(&self, arguments: &Arguments<Cpu>) -> Result<(), Problem> {
        let expected = &self.inner.parameters;
        if expected.len() != arguments.len() {
            return Err(Problem::ArgumentCount {
                kernel: self.inner.name.clone(),
                expected: expected.len(),
                found: arguments.len(),
            });
        }
        for (index, (expected, argument)) in expected.iter().zip(arguments).enumerate() {
            let found = Expected::of(argument);
            if found != *expected {
                return Err(Problem::ArgumentType {
                    kernel: self.inner.name.clone(),
                    index,
                    expected: expected.to_string(),
                    found: found.to_string(),
                });
            }
        }
        Ok(())
    }

    /// # Safety
    ///
    /// The arguments have passed `check`, their regions lie inside their memory, and nobody conflicts with them
    /// while this runs.
    pub(super) unsafe fn run(&self, grid: Grid, arguments: &Arguments<Cpu>) {
        (self.inner.body)(grid, arguments);
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
    fn of(argument: &Argument<Cpu>) -> Self {
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
/// `take` makes nothing but what `EXPECTED` says.
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
    /// The next argument is as `expected` says, its region lies inside its memory, and nobody conflicts with it
    /// for `'a`.
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
            // SAFETY: the region is of `T`s and aligned for them, any bits are a `T`, and nobody writes it.
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
            // SAFETY: the region is of `T`s and aligned for them, any bits are a `T`, and nobody else uses it.
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
    fn into_body(self) -> Box<Body>;
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
            fn into_body(self) -> Box<Body> {
                /// Chooses the signature whose lifetimes are those of a launch.
                #[allow(clippy::too_many_arguments, reason = "one per parameter")]
                fn call<$($P),+>(function: impl Fn($($P),+), $($P: $P),+) {
                    function($($P),+);
                }
                Box::new(move |grid, arguments| {
                    let mut arguments = arguments.iter();
                    // SAFETY: `Kernel::run` passes the demands on; each argument is taken once.
                    $(let $P = unsafe { $P::take(grid, &mut arguments) };)+
                    call(&self, $($P),+);
                })
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
