//! Panics of foreign code (wakers, destructors, kernels) are contained, so that they stop nothing else.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::task::Waker;

/// Wakes all `wakers`, even when one of them panics. Afterwards the first panic continues.
pub(crate) fn wake_all(wakers: impl IntoIterator<Item = Waker>) {
    each(wakers, Waker::wake);
}

/// Calls `f` with each of `items`, even when it panics for one of them. Afterwards the first panic continues.
pub(crate) fn each<T>(items: impl IntoIterator<Item = T>, f: impl Fn(T)) {
    let mut first = None;
    for item in items {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| f(item))) {
            first.get_or_insert(panic);
        }
    }
    if let Some(panic) = first {
        resume_unwind(panic);
    }
}

/// Runs `f` on a thread that works for several callers. A panic of `f` ends here; the panic hook has printed it.
pub(crate) fn contain(f: impl FnOnce()) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(f)) {
        discard(panic);
    }
}

/// Drops the payload of a panic. Its destructor may panic too.
pub(crate) fn discard(panic: Box<dyn Any + Send>) {
    if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(panic))) {
        std::mem::forget(second);
    }
}

/// The message of a panic, whose payload is dropped.
pub(crate) fn message(panic: Box<dyn Any + Send>) -> String {
    let owned = panic.downcast_ref::<String>().cloned();
    let text = owned.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.into()));
    discard(panic);
    text.unwrap_or_else(|| "no message".into())
}
