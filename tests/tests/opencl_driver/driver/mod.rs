//! Functions between the library and the driver, to hold commands and to make them fail.
//!
//! The OpenCL library is linked dynamically, so that functions of the same names in the test program come first. A
//! command that is held gets one more event to wait for: a user event with a status that the test sets. If that is an
//! error, PoCL reports the command as failed, and all that were enqueued after it; it aborts if one of them has no
//! event. So there is another way, too: a command that succeeds is reported as failed, and no other is affected.

pub mod callbacks;
pub mod frame;
pub mod memory;

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::ffi::{CStr, c_char, c_void};
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

type Handle = *mut c_void;

pub const COMPLETE: i32 = 0;
pub const OUT_OF_RESOURCES: i32 = -5;
const KERNEL_ARG_INFO_NOT_AVAILABLE: i32 = -19;
const EVENT_STATUS: u32 = 0x11D3;
const QUEUE_CONTEXT: u32 = 0x1090;

unsafe extern "C" {
    fn dlsym(handle: Handle, symbol: *const c_char) -> Handle;
    fn clGetCommandQueueInfo(
        queue: Handle,
        what: u32,
        size: usize,
        value: Handle,
        returned: *mut usize,
    ) -> i32;
    fn clCreateUserEvent(context: Handle, code: *mut i32) -> Handle;
    fn clSetUserEventStatus(event: Handle, status: i32) -> i32;
    fn clFlush(queue: Handle) -> i32;
    fn clRetainEvent(event: Handle) -> i32;
}

/// The next symbol of this name: the driver's own.
fn real(symbol: &CStr) -> Handle {
    let next = ptr::without_provenance_mut(usize::MAX);
    // SAFETY: the name ends with a zero; `next` is `RTLD_NEXT`.
    let found = unsafe { dlsym(next, symbol.as_ptr()) };
    assert!(!found.is_null(), "{symbol:?} is in the OpenCL library");
    found
}

/// Holds the next command that this thread enqueues.
#[derive(Clone, Debug, Default)]
pub struct Hold(Arc<Mutex<Option<usize>>>);

thread_local! {
    static NEXT: RefCell<Option<Hold>> = const { RefCell::new(None) };
}

thread_local! {
    static DOOMED: RefCell<Option<Hold>> = const { RefCell::new(None) };
}

/// The events that are reported as failed although their commands succeed.
static REPORTED_FAILED: Mutex<Vec<usize>> = Mutex::new(Vec::new());

thread_local! {
    static REPORT_NEXT_FAILED: Cell<bool> = const { Cell::new(false) };
}

thread_local! {
    static COMMANDS: Cell<usize> = const { Cell::new(0) };
}

/// How many transfers, fills and launches this thread has enqueued.
pub fn commands() -> usize {
    COMMANDS.get()
}

/// The next command of this thread that has an event will be reported as failed.
pub fn report_next_event_failed() {
    REPORT_NEXT_FAILED.set(true);
}

/// The events that were asked for their status, while that is noted.
static LOOKED_AT: Mutex<Option<BTreeSet<usize>>> = Mutex::new(None);

/// Notes from now on which events are asked for their status, on any thread; returns those since the last call.
pub fn looked_at() -> BTreeSet<usize> {
    let mut looked_at = LOOKED_AT.lock().unwrap();
    looked_at.replace(BTreeSet::new()).unwrap_or_default()
}

/// Reports the status of an event, or a failure that did not happen.
#[unsafe(no_mangle)]
unsafe extern "C" fn clGetEventInfo(
    event: Handle,
    what: u32,
    size: usize,
    value: Handle,
    returned: *mut usize,
) -> i32 {
    type Real = unsafe extern "C" fn(Handle, u32, usize, Handle, *mut usize) -> i32;
    // SAFETY: the symbol is a function of this type (OpenCL 1.2 specification, 5.9).
    let real = unsafe { std::mem::transmute::<Handle, Real>(real(c"clGetEventInfo")) };
    // SAFETY: passed on to the caller.
    let code = unsafe { real(event, what, size, value, returned) };
    if what == EVENT_STATUS
        && let Some(looked_at) = &mut *LOOKED_AT.lock().unwrap()
    {
        looked_at.insert(event.addr());
    }
    let is_reported_failed = || REPORTED_FAILED.lock().unwrap().contains(&event.addr());
    if code == 0 && what == EVENT_STATUS && is_reported_failed() {
        let status = value.cast::<i32>();
        // SAFETY: a status was asked for, so that `value` points to an `int`.
        if unsafe { *status } == COMPLETE {
            // SAFETY: as above.
            unsafe { *status = OUT_OF_RESOURCES };
        }
    }
    code
}

/// Whether the driver tells nothing of the parameters of kernels.
static TELLS_NO_PARAMETERS: AtomicBool = AtomicBool::new(false);

/// From now on the driver tells nothing of the parameters of kernels.
pub fn tell_no_parameters() {
    TELLS_NO_PARAMETERS.store(true, Ordering::Relaxed);
}

/// What the driver tells of a parameter, or that it has no information.
#[unsafe(no_mangle)]
unsafe extern "C" fn clGetKernelArgInfo(
    kernel: Handle,
    index: u32,
    what: u32,
    size: usize,
    value: Handle,
    returned: *mut usize,
) -> i32 {
    type Real = unsafe extern "C" fn(Handle, u32, u32, usize, Handle, *mut usize) -> i32;
    if TELLS_NO_PARAMETERS.load(Ordering::Relaxed) {
        return KERNEL_ARG_INFO_NOT_AVAILABLE;
    }
    // SAFETY: the symbol is a function of this type (OpenCL 1.2 specification, 5.7.3).
    let real = unsafe { std::mem::transmute::<Handle, Real>(real(c"clGetKernelArgInfo")) };
    // SAFETY: passed on to the caller.
    unsafe { real(kernel, index, what, size, value, returned) }
}

/// Removes a hold that no command has taken.
pub fn hold_nothing() {
    NEXT.take();
}

impl Hold {
    /// The next transfer, fill or launch of this thread waits until this is released or failed.
    pub fn next_command() -> Self {
        let hold = Hold::default();
        NEXT.set(Some(hold.clone()));
        hold
    }

    /// Lets the command run.
    pub fn release(&self) {
        self.end(COMPLETE);
    }

    /// Makes the command fail on the device.
    pub fn fail(&self) {
        self.end(OUT_OF_RESOURCES);
    }

    /// Makes the command fail when this thread enqueues the next one: after the library's check, and before the
    /// driver's.
    pub fn fail_at_next_command(&self) {
        DOOMED.set(Some(self.clone()));
    }

    fn end(&self, status: i32) {
        let event = self.0.lock().unwrap().take();
        let event = ptr::with_exposed_provenance_mut(event.expect("a command is held"));
        // SAFETY: the event was made by `on` and it was not released.
        assert_eq!(unsafe { clSetUserEventStatus(event, status) }, 0);
    }

    /// The event that a command of `queue` is to wait for.
    fn on(&self, queue: Handle) -> Handle {
        let mut context: Handle = ptr::null_mut();
        let (size, value) = (size_of::<Handle>(), (&raw mut context).cast());
        // SAFETY: the queue is alive; `value` points to `size` bytes.
        let code =
            unsafe { clGetCommandQueueInfo(queue, QUEUE_CONTEXT, size, value, ptr::null_mut()) };
        assert_eq!(code, 0);
        let mut code = 0;
        // SAFETY: the context is alive, and so is `code`.
        let event = unsafe { clCreateUserEvent(context, &mut code) };
        assert_eq!(code, 0);
        *self.0.lock().unwrap() = Some(event.expose_provenance());
        event
    }
}

/// Defines an enqueuing function that adds a hold, if there is one, to the wait list.
macro_rules! held {
    ($symbol:literal $function:ident($($argument:ident: $type:ty),*)) => {
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $function(
            queue: Handle,
            $($argument: $type,)*
            count: u32,
            waits: *const Handle,
            event: *mut Handle,
        ) -> i32 {
            type Real =
                unsafe extern "C" fn(Handle, $($type,)* u32, *const Handle, *mut Handle) -> i32;
            // SAFETY: the symbol is a function of this type (OpenCL 1.2 specification, chapter 5).
            let real = unsafe { std::mem::transmute::<Handle, Real>(real($symbol)) };
            COMMANDS.set(COMMANDS.get() + 1);
            let mut list = match count {
                0 => Vec::new(),
                // SAFETY: `waits` points to `count` events.
                count => unsafe { std::slice::from_raw_parts(waits, count as usize) }.to_vec(),
            };
            if !NEXT.with_borrow(Option::is_some) {
                DOOMED.take().iter().for_each(Hold::fail);
            }
            list.extend(NEXT.take().map(|hold| hold.on(queue)));
            let count = u32::try_from(list.len()).unwrap();
            let waits = if list.is_empty() { ptr::null() } else { list.as_ptr() };
            // SAFETY: passed on to the caller, with a longer wait list.
            let code = unsafe { real(queue, $($argument,)* count, waits, event) };
            let failed = [
                (&REPORT_NEXT_FAILED, &REPORTED_FAILED),
                (
                    &callbacks::CALL_BACK_NEXT_FAILED,
                    &callbacks::CALLED_BACK_FAILED,
                ),
            ];
            for (_, failed) in failed
                .iter()
                .filter(|(next, _)| code == 0 && !event.is_null() && next.take())
            {
                // SAFETY: the command went well, so that `event` points to an event.
                let event = unsafe { *event };
                failed.lock().unwrap().push(event.addr());
                // SAFETY: as above. It is never released, so that its handle stands for nothing else later.
                unsafe { clRetainEvent(event) };
            }
            // SAFETY: the queue is alive.
            unsafe { clFlush(queue) };
            code
        }
    };
}

held!(c"clEnqueueWriteBuffer" clEnqueueWriteBuffer(
    buffer: Handle, blocking: u32, offset: usize, bytes: usize, source: *const c_void
));
held!(c"clEnqueueFillBuffer" clEnqueueFillBuffer(
    buffer: Handle, pattern: *const c_void, pattern_size: usize, offset: usize, bytes: usize
));
held!(c"clEnqueueNDRangeKernel" clEnqueueNDRangeKernel(
    kernel: Handle, dimensions: u32, offset: *const usize, global: *const usize, local: *const usize
));
held!(c"clEnqueueReadBuffer" clEnqueueReadBuffer(
    buffer: Handle, blocking: u32, offset: usize, bytes: usize, target: Handle
));
held!(c"clEnqueueCopyBuffer" clEnqueueCopyBuffer(
    source: Handle, target: Handle, source_offset: usize, target_offset: usize, bytes: usize
));
