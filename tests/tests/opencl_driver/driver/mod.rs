//! Functions between the library and the driver, to hold commands and to make them fail.
//!
//! The OpenCL library is linked dynamically, so that functions of the same names in the test program come first. A
//! command that is held gets one more event to wait for: a user event with a status that the test sets. If that is an
//! error, PoCL reports the command as failed, and all that were enqueued after it; it aborts if one of them has no
//! event. So there is another way, too: a command that succeeds is reported as failed, and no other is affected.

pub mod frame;

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::ffi::{CStr, c_char, c_void};
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
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

/// The events that are reported as failed by their callbacks alone.
static CALLED_BACK_FAILED: Mutex<Vec<usize>> = Mutex::new(Vec::new());

thread_local! {
    static CALL_BACK_NEXT_FAILED: Cell<bool> = const { Cell::new(false) };
}

/// The callback of the next command of this thread that has an event will say that it failed. Its status says that it is
/// complete.
pub fn call_back_next_event_failed() {
    CALL_BACK_NEXT_FAILED.set(true);
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

/// What is answered to requests for callbacks while none ever comes, and how many there were.
static LOST_CALLBACKS: Mutex<Option<(i32, usize)>> = Mutex::new(None);

/// No callback comes from now on, on any thread; a request for one is answered with this code.
pub fn lose_callbacks(answer: i32) {
    let mut lost = LOST_CALLBACKS.lock().unwrap();
    *lost = Some((answer, lost.map_or(0, |(_, requests)| requests)));
}

/// How many callbacks have not come.
pub fn lost_callbacks() -> usize {
    LOST_CALLBACKS
        .lock()
        .unwrap()
        .map_or(0, |(_, requests)| requests)
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

thread_local! {
    static IN_CALLBACK: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread runs a callback of an event, in which OpenCL forbids most functions.
pub fn is_in_callback() -> bool {
    IN_CALLBACK.get()
}

/// How callbacks are changed on their way to the library.
static CALLBACKS: Mutex<Callbacks> = Mutex::new(Callbacks::AsTheyAre);

/// What becomes of callbacks.
#[derive(Clone, Copy, Debug)]
pub enum Callbacks {
    /// The driver's own.
    AsTheyAre,
    /// They come inside the call that asks for them, although the command is not over.
    Early,
}

/// Changes the callbacks that are asked for from now on, on any thread.
pub fn set_callbacks(callbacks: Callbacks) {
    *CALLBACKS.lock().unwrap() = callbacks;
}

type Callback = unsafe extern "C" fn(Handle, i32, Handle);

/// A callback that was asked for.
struct Request {
    function: Callback,
    data: Handle,
}

/// Calls back, and notes meanwhile that it does.
unsafe extern "C" fn call_back(event: Handle, status: i32, request: Handle) {
    // SAFETY: made by `Box::into_raw` in `clSetEventCallback`, and passed to one callback.
    let request = unsafe { Box::from_raw(request.cast::<Request>()) };
    IN_CALLBACK.set(true);
    let is_failed = CALLED_BACK_FAILED.lock().unwrap().contains(&event.addr());
    let status = if is_failed { OUT_OF_RESOURCES } else { status };
    // SAFETY: the callback that was asked for, with its data.
    unsafe { (request.function)(event, status, request.data) };
    IN_CALLBACK.set(false);
}

/// Passes a request for a callback on, or loses it.
#[unsafe(no_mangle)]
unsafe extern "C" fn clSetEventCallback(
    event: Handle,
    status: i32,
    function: Callback,
    data: Handle,
) -> i32 {
    type Real = unsafe extern "C" fn(Handle, i32, Callback, Handle) -> i32;
    if let Some((answer, requests)) = &mut *LOST_CALLBACKS.lock().unwrap() {
        *requests += 1;
        return *answer;
    }
    let request: Handle = Box::into_raw(Box::new(Request { function, data })).cast();
    if let Callbacks::Early = *CALLBACKS.lock().unwrap() {
        // SAFETY: as the driver would.
        unsafe { call_back(event, status, request) };
        return 0;
    }
    // SAFETY: the symbol is a function of this type (OpenCL 1.2 specification, 5.9).
    let real = unsafe { std::mem::transmute::<Handle, Real>(real(c"clSetEventCallback")) };
    // SAFETY: passed on to the caller.
    unsafe { real(event, status, call_back, request) }
}

/// Memory that is mapped and not unmapped again.
static MAPPED: AtomicUsize = AtomicUsize::new(0);

/// How many host buffers there are.
pub fn mapped() -> usize {
    MAPPED.load(Ordering::SeqCst)
}

/// Counts.
#[unsafe(no_mangle)]
unsafe extern "C" fn clEnqueueMapBuffer(
    queue: Handle,
    buffer: Handle,
    blocking: u32,
    flags: u64,
    offset: usize,
    bytes: usize,
    count: u32,
    waits: *const Handle,
    event: *mut Handle,
    code: *mut i32,
) -> Handle {
    type Real = unsafe extern "C" fn(
        Handle,
        Handle,
        u32,
        u64,
        usize,
        usize,
        u32,
        *const Handle,
        *mut Handle,
        *mut i32,
    ) -> Handle;
    // SAFETY: the symbol is a function of this type (OpenCL 1.2 specification, 5.2.3).
    let real = unsafe { std::mem::transmute::<Handle, Real>(real(c"clEnqueueMapBuffer")) };
    MAPPED.fetch_add(1, Ordering::SeqCst);
    // SAFETY: passed on to the caller.
    unsafe {
        real(
            queue, buffer, blocking, flags, offset, bytes, count, waits, event, code,
        )
    }
}

/// Counts.
#[unsafe(no_mangle)]
unsafe extern "C" fn clEnqueueUnmapMemObject(
    queue: Handle,
    buffer: Handle,
    start: Handle,
    count: u32,
    waits: *const Handle,
    event: *mut Handle,
) -> i32 {
    type Real =
        unsafe extern "C" fn(Handle, Handle, Handle, u32, *const Handle, *mut Handle) -> i32;
    // SAFETY: the symbol is a function of this type (OpenCL 1.2 specification, 5.4.2).
    let real = unsafe { std::mem::transmute::<Handle, Real>(real(c"clEnqueueUnmapMemObject")) };
    MAPPED.fetch_sub(1, Ordering::SeqCst);
    // SAFETY: passed on to the caller.
    unsafe { real(queue, buffer, start, count, waits, event) }
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
                (&CALL_BACK_NEXT_FAILED, &CALLED_BACK_FAILED),
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
