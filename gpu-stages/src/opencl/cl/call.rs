//! Calling the driver, and counting the calls.

use std::sync::atomic::{AtomicU64, Ordering};

/// Calls of the driver so far, except those that set kernel arguments.
static CALLS: AtomicU64 = AtomicU64::new(0);

/// The number of calls of the OpenCL driver that this process has made through this module, except those that set
/// kernel arguments.
pub fn driver_calls() -> u64 {
    CALLS.load(Ordering::Relaxed)
}

/// Calls the driver and counts the call.
macro_rules! call {
    ($function:ident($($argument:expr),* $(,)?)) => {{
        $crate::opencl::cl::count();
        // SAFETY: handles come from live owners of this module, pointers point to as much as the sizes beside
        // them say; what else the call needs is said where it is made.
        unsafe { cl_sys::$function($($argument),*) }
    }};
}
pub(in crate::opencl) use call;

pub(in crate::opencl) fn count() {
    CALLS.fetch_add(1, Ordering::Relaxed);
}
