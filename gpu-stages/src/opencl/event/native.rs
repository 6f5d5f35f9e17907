//! The native event of a command: made late, and added to the wait lists of others.

use super::completion::Completion;
use super::thread;
use crate::opencl::cl::{self, WaitList};
use crate::opencl::failures;
use crate::opencl::native_queue::NativeQueue;
use crate::util::primitives::{Arc, lock};
use cl_sys as sys;
use std::ffi::c_void;

impl Completion {
    /// The native event, made now if there is none, and flushed: another queue or the host will wait for it. `None`
    /// when the driver refuses.
    pub(super) fn native(&self) -> Option<sys::cl_event> {
        self.queue_and_native().map(|(_, native)| native)
    }

    fn queue_and_native(&self) -> Option<(Arc<NativeQueue>, sys::cl_event)> {
        let (queue, native) = {
            let rest = lock(&self.rest);
            (rest.queue.clone()?, rest.native())
        };
        if let Some(native) = native {
            queue.flush();
            return Some((queue, native));
        }
        let mut marker = Some(queue.marker(&[]).ok()?);
        let native = {
            let mut rest = lock(&self.rest);
            if rest.native.is_none() {
                rest.native = marker.take();
                rest.is_late_marker = true;
            }
            rest.native()
        };
        // If two threads came at once, the second marker is released outside of the lock.
        drop(marker);
        queue.flush();
        Some((queue, native?))
    }

    /// Adds what a command of another queue must wait for to be ordered after this one; returns this one's queue, or
    /// `None` when the driver refuses.
    ///
    /// A failed event must never be in a wait list: the driver may leave a command that waits for one queued for ever.
    /// The fence of the failure stands in.
    pub(in crate::opencl) fn add_to(&self, waits: &mut WaitList) -> Option<Arc<NativeQueue>> {
        if self.is_closed() {
            return self.native_queue();
        }
        if failures::any() {
            let rest = lock(&self.rest);
            if let Some(deferred) = &rest.deferred {
                waits.extend(deferred.fence.pending()?);
                return rest.queue.clone();
            }
        }
        let (queue, native) = self.queue_and_native()?;
        waits.push(native);
        Some(queue)
    }

    /// Has the driver hint at the end of the native event. Hints now if the driver refuses: the next look then says
    /// what is wrong.
    pub(super) fn set_callback(&self) {
        let native = self.native();
        let data = std::ptr::from_ref(self).cast_mut().cast::<c_void>();
        let is_set = native.is_some_and(|native| cl::on_complete(native, hint, data).is_ok());
        if !is_set {
            self.hint();
        }
    }
}

/// Called by the driver, on any thread, maybe inside the call that sets the callback. Nothing that the driver forbids
/// there may happen here, so that no waker is woken.
extern "C" fn hint(native: sys::cl_event, status: sys::cl_int, completion: *mut c_void) {
    // SAFETY: `set_callback` passes a pointer to a record, which lives in a pool that never frees. By now it may stand
    // for another command: then the hint is one too many, which is harmless.
    let completion: &'static Completion = unsafe { &*completion.cast::<Completion>() };
    completion.note_callback(native, status);
    thread::hint(completion);
}
