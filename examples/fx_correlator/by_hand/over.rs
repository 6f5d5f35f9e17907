//! [`over`]: waiting for the end of a command without a thread.

use crate::error::Error;
use ocl::Event;
use ocl::ffi::{c_void, cl_event};
use tokio::sync::oneshot;

/// Resolves when the command is over.
pub fn over(event: &Event) -> ocl::Result<impl Future<Output = Result<(), Error>> + Send + use<>> {
    let (sender, receiver) = oneshot::channel::<i32>();
    let sender = Box::into_raw(Box::new(sender));
    // SAFETY: the driver calls `tell` once, with the sender.
    unsafe { event.set_callback(tell, sender.cast())? };
    Ok(async {
        match receiver.await {
            Ok(status) if status >= 0 => Ok(()),
            Ok(status) => Err(ocl::Error::from(format!("a command failed: {status}")).into()),
            Err(_) => Err(ocl::Error::from("a command was forgotten").into()),
        }
    })
}

/// Called by the driver, on a thread of its own or inside `set_callback`.
extern "C" fn tell(_: cl_event, status: i32, sender: *mut c_void) {
    // SAFETY: `over` made it of a box, and it comes here once.
    let sender = unsafe { Box::from_raw(sender.cast::<oneshot::Sender<i32>>()) };
    // It is no error if nothing waits any more.
    let _ = sender.send(status);
}
