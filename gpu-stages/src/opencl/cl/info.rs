//! Reading what the driver tells of its objects.

use super::call::call;
use super::code::{Code, Result, check};
use cl_sys as sys;
use std::ffi::c_void;
use std::ptr;

/// The context of a queue.
pub(in crate::opencl) fn queue_context(queue: sys::cl_command_queue) -> Result<sys::cl_context> {
    queue_info(queue, sys::CL_QUEUE_CONTEXT, ptr::null_mut())
}

/// The device of a queue.
pub(in crate::opencl) fn queue_device(queue: sys::cl_command_queue) -> Result<sys::cl_device_id> {
    queue_info(queue, sys::CL_QUEUE_DEVICE, ptr::null_mut())
}

/// The properties with which a queue was made.
pub(in crate::opencl) fn queue_properties(
    queue: sys::cl_command_queue,
) -> Result<sys::cl_command_queue_properties> {
    queue_info(queue, sys::CL_QUEUE_PROPERTIES, 0)
}

/// Overwrites `value`, which has the type that the standard gives to `what`.
fn queue_info<T>(
    queue: sys::cl_command_queue,
    what: sys::cl_command_queue_info,
    mut value: T,
) -> Result<T> {
    check(call!(clGetCommandQueueInfo(
        queue,
        what,
        size_of_val(&value),
        (&raw mut value).cast(),
        ptr::null_mut(),
    )))?;
    Ok(value)
}

/// The platform that a device belongs to.
pub(in crate::opencl) fn device_platform(device: sys::cl_device_id) -> Result<sys::cl_platform_id> {
    device_info(device, sys::CL_DEVICE_PLATFORM, ptr::null_mut())
}

/// Overwrites `value`, which has the type that the standard gives to `what`.
pub(in crate::opencl) fn device_info<T>(
    device: sys::cl_device_id,
    what: sys::cl_device_info,
    mut value: T,
) -> Result<T> {
    check(call!(clGetDeviceInfo(
        device,
        what,
        size_of_val(&value),
        (&raw mut value).cast(),
        ptr::null_mut(),
    )))?;
    Ok(value)
}

/// All platforms; none where the loader finds no driver.
pub(in crate::opencl) fn platforms() -> Result<Vec<sys::cl_platform_id>> {
    let mut count = 0;
    match check(call!(clGetPlatformIDs(0, ptr::null_mut(), &mut count))) {
        Err(Code(sys::CL_PLATFORM_NOT_FOUND_KHR)) => return Ok(Vec::new()),
        other => other?,
    }
    let mut platforms = vec![ptr::null_mut(); count as usize];
    check(call!(clGetPlatformIDs(
        count,
        platforms.as_mut_ptr(),
        ptr::null_mut()
    )))?;
    Ok(platforms)
}

/// The name of a platform.
pub(in crate::opencl) fn platform_name(platform: sys::cl_platform_id) -> Result<String> {
    read_text(|size, value, returned| {
        call!(clGetPlatformInfo(
            platform,
            sys::CL_PLATFORM_NAME,
            size,
            value,
            returned
        ))
    })
}

/// Reads a text that ends with a zero: one call for its size, one for the text.
pub(in crate::opencl) fn read_text(
    mut get: impl FnMut(usize, *mut c_void, *mut usize) -> sys::cl_int,
) -> Result<String> {
    let mut size = 0;
    check(get(0, ptr::null_mut(), &mut size))?;
    let mut bytes = vec![0; size];
    check(get(size, bytes.as_mut_ptr().cast(), ptr::null_mut()))?;
    while bytes.last() == Some(&0) {
        bytes.pop();
    }
    Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
}
