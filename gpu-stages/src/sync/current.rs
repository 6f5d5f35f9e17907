//! The call whose code this thread runs.

use std::cell::Cell;

thread_local! {
    /// The call whose code this thread runs; 0 for none.
    static CURRENT: Cell<u64> = const { Cell::new(0) };
}

/// The number of the call whose code this thread runs; 0 for none.
pub(crate) fn current() -> u64 {
    CURRENT.get()
}

/// Sets the call whose code this thread runs. Returns the one before.
pub(crate) fn replace(call: u64) -> u64 {
    CURRENT.replace(call)
}
