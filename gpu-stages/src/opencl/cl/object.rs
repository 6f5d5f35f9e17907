//! Thin owners of OpenCL objects.

use super::call::call;
use super::code::{Result, check};
use super::event::wait_list;
use cl_sys as sys;
use std::ptr;

macro_rules! owners {
    ($($(#[$doc:meta])* $owner:ident: $handle:ident, $release:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub(in crate::opencl) struct $owner(pub sys::$handle);

        // SAFETY: OpenCL objects may be used from any thread (OpenCL 1.2 specification, appendix A.2), except
        // kernels while arguments are set: those are used under a lock.
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

/// Identifies a context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::opencl) struct ContextId(pub usize);

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

    /// A queue; the device notes the times of its commands if `is_timed`.
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

    /// The device's time, in nanoseconds, at which the event's command was queued, started or ended. An error if that
    /// has not happened yet or the command is not timed.
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
