//! The calls of the driver, counted. Setting kernel arguments is not counted, nor is it for the library.

use super::objects::{Objects, Set};
use crate::flag::{Flag, sleep};
use ocl::core::ffi::cl_event;
use ocl::core::{self, ArgVal, CommandExecutionStatus, CommandQueue, Event, OpenclVersion};
use std::ffi::c_void;

/// Makes calls and counts them.
pub struct Driver {
    calls: u64,
    /// The set whose buffers are the kernel's arguments.
    arguments: Option<usize>,
    /// Told to `ocl-core`, which otherwise asks the driver at each marker.
    version: OpenclVersion,
}

impl Driver {
    pub fn new() -> Self {
        Driver {
            calls: 0,
            arguments: None,
            version: [1, 2].into(),
        }
    }

    pub fn calls(&self) -> u64 {
        self.calls
    }

    pub fn upload(
        &mut self,
        queue: &CommandQueue,
        set: &Set,
        waits: &[cl_event],
        event: Option<&mut Event>,
    ) {
        self.calls += 1;
        let data = set.h_in.read();
        // SAFETY: the host leaves the memory alone until the upload is over, and it lives until then.
        let enqueued = unsafe {
            core::enqueue_write_buffer(queue, &set.d_in, false, 0, data, Some(waits), event)
        };
        enqueued.expect("an upload");
    }

    pub fn launch(
        &mut self,
        queue: &CommandQueue,
        objects: &Objects,
        set: usize,
        waits: &[cl_event],
        event: Option<&mut Event>,
    ) {
        self.set_arguments(objects, set);
        self.calls += 1;
        let global = [objects.len, 1, 1];
        let kernel = &objects.triple;
        // SAFETY: the kernel touches one element of each buffer per work-item; the buffers have as many.
        let enqueued = unsafe {
            core::enqueue_kernel(queue, kernel, 1, None, &global, None, Some(waits), event)
        };
        enqueued.expect("a launch");
    }

    pub fn download(
        &mut self,
        queue: &CommandQueue,
        set: &mut Set,
        waits: &[cl_event],
        event: Option<&mut Event>,
    ) {
        self.calls += 1;
        let data = set.h_out.write();
        // SAFETY: the host leaves the memory alone until the download is over, and it lives until then.
        let enqueued = unsafe {
            core::enqueue_read_buffer(queue, &set.d_out, false, 0, data, Some(waits), event)
        };
        enqueued.expect("a download");
    }

    pub fn barrier(&mut self, queue: &CommandQueue, waits: &[cl_event]) {
        self.calls += 1;
        let none = None::<&mut Event>;
        let enqueued =
            core::enqueue_barrier_with_wait_list(queue, Some(waits), none, Some(&self.version));
        enqueued.expect("a barrier");
    }

    pub fn marker(&mut self, queue: &CommandQueue, event: &mut Event) {
        self.calls += 1;
        let none = None::<&Event>;
        let enqueued =
            core::enqueue_marker_with_wait_list(queue, none, Some(event), Some(&self.version));
        enqueued.expect("a marker");
    }

    pub fn flush(&mut self, queue: &CommandQueue) {
        self.calls += 1;
        core::flush(queue).expect("a flush");
    }

    pub fn finish(&mut self, queue: &CommandQueue) {
        self.calls += 1;
        core::finish(queue).expect("the end of the queue");
    }

    pub fn is_complete(&mut self, event: &Event) -> bool {
        self.calls += 1;
        core::event_is_complete(event).expect("a status")
    }

    /// Has `flag` raised at the end of the command.
    pub fn arm(&mut self, event: &Event, flag: &'static Flag) {
        self.calls += 1;
        let flag = std::ptr::from_ref(flag).cast_mut().cast();
        let status = CommandExecutionStatus::Complete;
        // SAFETY: `raise` takes the pointer for what it is, and the flag lives for ever.
        let armed = unsafe { core::set_event_callback(event, status, Some(raise), flag) };
        armed.expect("a callback");
    }

    /// Sleeps until `flag` is raised; the event's own status is the truth.
    pub fn wait(&mut self, event: &Event, flag: &Flag) {
        while !flag.lower() {
            sleep();
        }
        assert!(self.is_complete(event), "a command failed");
    }

    pub fn release(&mut self, event: Event) {
        self.calls += 1;
        drop(event);
    }

    /// Holds the first queue.
    pub fn hold(&mut self, objects: &Objects, rounds: u32) {
        self.calls += 1;
        let (queue, kernel) = (objects.queues.of(0), &objects.hold);
        let none = (None::<&Event>, None::<&mut Event>);
        core::set_kernel_arg(kernel, 1, ArgVal::scalar(&rounds)).expect("an argument");
        // SAFETY: the kernel touches the one element of its buffer.
        let enqueued = unsafe {
            core::enqueue_kernel(queue, kernel, 1, None, &[1, 1, 1], None, none.0, none.1)
        };
        enqueued.expect("a launch");
        self.flush(queue);
    }

    fn set_arguments(&mut self, objects: &Objects, set: usize) {
        if self.arguments.replace(set) != Some(set) {
            let Set { d_in, d_out, .. } = &objects.sets[set];
            core::set_kernel_arg(&objects.triple, 0, ArgVal::mem(d_in)).expect("an argument");
            core::set_kernel_arg(&objects.triple, 1, ArgVal::mem(d_out)).expect("an argument");
        }
    }
}

/// Called by the driver, on a thread of its own or inside the call that arms.
extern "C" fn raise(_: cl_event, _: i32, flag: *mut c_void) {
    // SAFETY: `arm` passes a pointer to a flag that lives for ever.
    unsafe { &*flag.cast::<Flag>() }.raise();
}
