//! Native events: their status, their callbacks, and lists of them.

use super::call::call;
use super::code::{Result, check};
use cl_sys as sys;
use smallvec::SmallVec;
use std::ffi::c_void;
use std::ptr;

/// The native events that a command waits for.
pub(in crate::opencl) type WaitList = SmallVec<[sys::cl_event; 8]>;

/// An event's own status: 0 if complete, negative if failed, else positive. The event must be alive.
pub(in crate::opencl) fn event_status(event: sys::cl_event) -> Result<i32> {
    let mut status: sys::cl_int = 0;
    check(call!(clGetEventInfo(
        event,
        sys::CL_EVENT_COMMAND_EXECUTION_STATUS,
        size_of_val(&status),
        (&raw mut status).cast(),
        ptr::null_mut(),
    )))?;
    Ok(status)
}

/// Blocks this thread until the event's command is over. An error if it failed. The event must be alive.
pub(in crate::opencl) fn wait_for(event: sys::cl_event) -> Result<()> {
    check(call!(clWaitForEvents(1, &event)))
}

/// Has the driver call `hint` with `data` at the end of the command, on a thread of the driver or inside this call.
/// The event must be alive.
pub(in crate::opencl) fn on_complete(
    event: sys::cl_event,
    hint: extern "C" fn(sys::cl_event, sys::cl_int, *mut c_void),
    data: *mut c_void,
) -> Result<()> {
    check(call!(clSetEventCallback(
        event,
        sys::CL_COMPLETE,
        Some(hint),
        data
    )))
}

/// The length and the pointer of a wait list, as the driver takes them. The pointer of an empty list must be null.
pub(in crate::opencl) fn wait_list(
    waits: &[sys::cl_event],
) -> (sys::cl_uint, *const sys::cl_event) {
    match u32::try_from(waits.len()) {
        Ok(0) | Err(_) => (0, ptr::null()),
        Ok(count) => (count, waits.as_ptr()),
    }
}
