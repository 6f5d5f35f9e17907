//! [`Kernel`]: a closure over typed slices and scalars.

use super::backend::Cpu;
use super::signature::{Body, Expected, KernelFn};
use crate::backend::{Arguments, Grid};
use crate::error::Problem;
use crate::util::primitives::Arc;
use std::fmt;

/// A kernel of the embedded device. A clone is another handle to the same kernel.
///
/// It is a closure whose parameters are `&[T]` for each buffer that it reads, `&mut [T]` for each buffer that it
/// writes, and scalars by value. It runs once per launch, on the queue's thread. A [`Grid`] parameter, which takes no
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
/// A panic in the closure makes the command fail.
#[derive(Clone)]
pub struct Kernel {
    inner: Arc<Inner>,
}

struct Inner {
    name: Arc<str>,
    parameters: Vec<Expected>,
    body: Body,
}

impl fmt::Debug for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Kernel").field(&self.inner.name).finish()
    }
}

impl Kernel {
    /// A kernel; `name` is for messages, timelines and timing models.
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

    pub(super) fn shared_name(&self) -> Arc<str> {
        self.inner.name.clone()
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
    /// The arguments have passed `check`. Their regions lie inside their memory. No other access conflicts with them
    /// while this runs.
    pub(super) unsafe fn run(&self, grid: Grid, arguments: &Arguments<Cpu>) {
        // SAFETY: passed on to the caller; what has passed `check` fits the parameters.
        unsafe { self.inner.body.run(grid, arguments) };
    }
}
