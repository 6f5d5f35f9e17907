//! Thin owners of OpenCL objects, the only callers of the driver, and the count of calls.

use cl_sys as sys;
use std::ffi::c_void;
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};

/// Calls of the driver so far, but for setting kernel arguments.
static CALLS: AtomicU64 = AtomicU64::new(0);

/// How many calls of the driver this process has made through this module, but for those that set kernel
/// arguments.
pub fn driver_calls() -> u64 {
    CALLS.load(Ordering::Relaxed)
}

/// What a driver call returned when it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} ({})", name(self.0), self.0)]
pub(super) struct Code(pub i32);

pub(super) type Result<T, E = Code> = std::result::Result<T, E>;

/// Calls the driver and counts the call.
macro_rules! call {
    ($function:ident($($argument:expr),* $(,)?)) => {{
        $crate::opencl::cl::count();
        // SAFETY: handles come from live owners of this module, pointers point to as much as the sizes beside
        // them say; what else the call needs is said where it is made.
        unsafe { cl_sys::$function($($argument),*) }
    }};
}
pub(super) use call;

pub(super) fn count() {
    CALLS.fetch_add(1, Ordering::Relaxed);
}

pub(super) fn check(code: i32) -> Result<()> {
    if code == sys::CL_SUCCESS {
        Ok(())
    } else {
        Err(Code(code))
    }
}

/// The name that the standard gives to a code (Khronos, OpenCL specification, appendix B).
pub(super) fn name(code: i32) -> &'static str {
    match code {
        -1 => "CL_DEVICE_NOT_FOUND",
        -2 => "CL_DEVICE_NOT_AVAILABLE",
        -3 => "CL_COMPILER_NOT_AVAILABLE",
        -4 => "CL_MEM_OBJECT_ALLOCATION_FAILURE",
        -5 => "CL_OUT_OF_RESOURCES",
        -6 => "CL_OUT_OF_HOST_MEMORY",
        -7 => "CL_PROFILING_INFO_NOT_AVAILABLE",
        -8 => "CL_MEM_COPY_OVERLAP",
        -11 => "CL_BUILD_PROGRAM_FAILURE",
        -12 => "CL_MAP_FAILURE",
        -13 => "CL_MISALIGNED_SUB_BUFFER_OFFSET",
        -9 => "CL_IMAGE_FORMAT_MISMATCH",
        -10 => "CL_IMAGE_FORMAT_NOT_SUPPORTED",
        -14 => "CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST",
        -19 => "CL_KERNEL_ARG_INFO_NOT_AVAILABLE",
        -30 => "CL_INVALID_VALUE",
        -31 => "CL_INVALID_DEVICE_TYPE",
        -32 => "CL_INVALID_PLATFORM",
        -33 => "CL_INVALID_DEVICE",
        -34 => "CL_INVALID_CONTEXT",
        -35 => "CL_INVALID_QUEUE_PROPERTIES",
        -36 => "CL_INVALID_COMMAND_QUEUE",
        -37 => "CL_INVALID_HOST_PTR",
        -38 => "CL_INVALID_MEM_OBJECT",
        -43 => "CL_INVALID_BUILD_OPTIONS",
        -44 => "CL_INVALID_PROGRAM",
        -45 => "CL_INVALID_PROGRAM_EXECUTABLE",
        -46 => "CL_INVALID_KERNEL_NAME",
        -47 => "CL_INVALID_KERNEL_DEFINITION",
        -48 => "CL_INVALID_KERNEL",
        -49 => "CL_INVALID_ARG_INDEX",
        -50 => "CL_INVALID_ARG_VALUE",
        -51 => "CL_INVALID_ARG_SIZE",
        -52 => "CL_INVALID_KERNEL_ARGS",
        -53 => "CL_INVALID_WORK_DIMENSION",
        -54 => "CL_INVALID_WORK_GROUP_SIZE",
        -55 => "CL_INVALID_WORK_ITEM_SIZE",
        -56 => "CL_INVALID_GLOBAL_OFFSET",
        -57 => "CL_INVALID_EVENT_WAIT_LIST",
        -58 => "CL_INVALID_EVENT",
        -59 => "CL_INVALID_OPERATION",
        -61 => "CL_INVALID_BUFFER_SIZE",
        -63 => "CL_INVALID_GLOBAL_WORK_SIZE",
        -1001 => "CL_PLATFORM_NOT_FOUND_KHR",
        _ => "OpenCL error",
    }
}

/// The name of an event's status that says that the command failed. -1 is not an error of the standard's for
/// events: PoCL calls a command failed with it, whatever the reason.
pub(super) fn status_name(code: i32) -> String {
    match code {
        -1 => "CL_FAILED (-1)".into(),
        code => Code(code).to_string(),
    }
}

macro_rules! owners {
    ($($(#[$doc:meta])* $owner:ident: $handle:ident, $release:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub(super) struct $owner(pub sys::$handle);

        // SAFETY: OpenCL objects may be used from any thread (OpenCL 1.2 specification, appendix A.2), but for
        // kernels while arguments are set: those stand behind a lock.
        unsafe impl Send for $owner {}
        // SAFETY: as above.
        unsafe impl Sync for $owner {}

        impl Drop for $owner {
            fn drop(&mut self) {
                call!($release(self.0));
            }
        }
    )+};
}

owners! {
    /// A context of one device.
    Context: cl_context, clReleaseContext;
    /// An in-order queue.
    CommandQueue: cl_command_queue, clReleaseCommandQueue;
    /// A buffer.
    Mem: cl_mem, clReleaseMemObject;
    /// A program.
    Program: cl_program, clReleaseProgram;
    /// A kernel.
    Kernel: cl_kernel, clReleaseKernel;
    /// The completion of a command.
    ClEvent: cl_event, clReleaseEvent;
}

/// Tells contexts apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ContextId(pub usize);

impl Context {
    pub fn id(&self) -> ContextId {
        ContextId(self.0.addr())
    }

    pub fn new(device: sys::cl_device_id) -> Result<Self> {
        let mut code = 0;
        let context = call!(clCreateContext(
            ptr::null(),
            1,
            &device,
            None,
            ptr::null_mut(),
            &mut code
        ));
        check(code).map(|()| Context(context))
    }

    /// A queue, whose commands are timed if wanted.
    pub fn queue(&self, device: sys::cl_device_id, is_timed: bool) -> Result<CommandQueue> {
        let mut code = 0;
        let properties = if is_timed {
            sys::CL_QUEUE_PROFILING_ENABLE
        } else {
            0
        };
        let queue = call!(clCreateCommandQueue(self.0, device, properties, &mut code));
        check(code).map(|()| CommandQueue(queue))
    }

    pub fn buffer(&self, flags: sys::cl_mem_flags, bytes: usize) -> Result<Mem> {
        let mut code = 0;
        let buffer = call!(clCreateBuffer(
            self.0,
            flags,
            bytes,
            ptr::null_mut(),
            &mut code
        ));
        check(code).map(|()| Mem(buffer))
    }
}

impl CommandQueue {
    pub fn flush(&self) -> Result<()> {
        check(call!(clFlush(self.0)))
    }

    pub fn finish(&self) -> Result<()> {
        check(call!(clFinish(self.0)))
    }

    /// An event that completes when everything enqueued before has.
    pub fn marker(&self, waits: &[sys::cl_event]) -> Result<ClEvent> {
        let mut event = ptr::null_mut();
        let (count, list) = wait_list(waits);
        check(call!(clEnqueueMarkerWithWaitList(
            self.0, count, list, &mut event
        )))?;
        Ok(ClEvent(event))
    }
}

impl ClEvent {
    /// Another handle to the same event.
    pub fn another(&self) -> Result<Self> {
        check(call!(clRetainEvent(self.0))).map(|()| ClEvent(self.0))
    }

    /// The device's time, in nanoseconds, when the command of an event was queued, started or ended; an error if it did
    /// not come so far or is not timed.
    pub fn time(&self, what: sys::cl_profiling_info) -> Result<u64> {
        let mut time: sys::cl_ulong = 0;
        check(call!(clGetEventProfilingInfo(
            self.0,
            what,
            size_of_val(&time),
            (&raw mut time).cast(),
            ptr::null_mut(),
        )))?;
        Ok(time)
    }
}

/// An event's own status: 0 when complete, negative when failed, else positive. The event is alive.
pub(super) fn event_status(event: sys::cl_event) -> Result<i32> {
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

/// Has `hint` called with `data` at the end of the command, on a thread of the driver or inside this call. The
/// event is alive.
pub(super) fn on_complete(
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

/// Length and pointer of a wait list. An empty one must be null.
pub(super) fn wait_list(waits: &[sys::cl_event]) -> (sys::cl_uint, *const sys::cl_event) {
    match u32::try_from(waits.len()) {
        Ok(0) | Err(_) => (0, ptr::null()),
        Ok(count) => (count, waits.as_ptr()),
    }
}

/// Reads a text or array that the driver gives out: once for its size, once for itself.
pub(super) fn read_bytes(
    mut get: impl FnMut(usize, *mut c_void, *mut usize) -> sys::cl_int,
) -> Result<Vec<u8>> {
    let mut size = 0;
    check(get(0, ptr::null_mut(), &mut size))?;
    let mut bytes = vec![0; size];
    check(get(size, bytes.as_mut_ptr().cast(), ptr::null_mut()))?;
    Ok(bytes)
}

/// As [`read_bytes`], for a text that ends with a zero.
pub(super) fn read_text(
    get: impl FnMut(usize, *mut c_void, *mut usize) -> sys::cl_int,
) -> Result<String> {
    let mut bytes = read_bytes(get)?;
    while bytes.last() == Some(&0) {
        bytes.pop();
    }
    Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
}
