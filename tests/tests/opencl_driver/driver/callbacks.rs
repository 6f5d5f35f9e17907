//! Callbacks of events: lost, early, or with another status.

use super::{Handle, OUT_OF_RESOURCES, real};
use std::cell::Cell;
use std::sync::Mutex;

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

/// The events that are reported as failed by their callbacks alone.
pub(super) static CALLED_BACK_FAILED: Mutex<Vec<usize>> = Mutex::new(Vec::new());

thread_local! {
    pub(super) static CALL_BACK_NEXT_FAILED: Cell<bool> = const { Cell::new(false) };
}

/// The callback of the next command of this thread that has an event will say that it failed. Its status says that it is
/// complete.
pub fn call_back_next_event_failed() {
    CALL_BACK_NEXT_FAILED.set(true);
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
