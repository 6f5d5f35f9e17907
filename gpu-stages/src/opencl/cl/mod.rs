//! The driver: thin owners of its objects, its codes, and the count of its calls. Only this backend's own files see
//! them.

mod call;
mod code;
mod event;
mod info;
mod object;

pub use call::driver_calls;
pub(super) use call::{call, count};
pub(super) use code::{Code, Result, check, status_name};
pub(super) use event::{WaitList, event_status, on_complete, wait_for, wait_list};
pub(super) use info::{
    device_info, device_platform, platform_name, platforms, queue_context, queue_device,
    queue_properties, read_text,
};
pub(super) use object::{ClEvent, CommandQueue, Context, ContextId, Kernel, Mem, Program};
