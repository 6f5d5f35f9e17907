//! [`Guard`]: a granted use of a resource, in one of four states.
//!
//! | state | type | reached by | gives |
//! |---|---|---|---|
//! | acquired | [`Allocation`] | acquiring | a place in the wait queue |
//! | on the host | [`HostGuard`] | `wait_events` | `&T`, and `&mut T` if exclusive |
//! | on the host, to read | [`HostReadGuard`] | `wait_events_to_read` | `&T` |
//! | on a queue | [`DeviceGuard`] | `wait_device` | device views, for commands on that queue |
//!
//! A guard can move between the states at any time. [`Guard::ready`] releases the resource. Dropping a guard releases it as
//! well, but poisons what was being written. Commands in flight run on in either case: the next use waits for their
//! events.

pub mod access;
mod debug_fill;
mod device_wait;
mod grant;
mod held;
mod host_wait;
mod list;
mod many;
mod opaque;
mod queue_wait;
mod release;
mod single;
mod waiting;

pub use list::{GuardList, Iter, IterMut, Parts};
pub use many::WaitDevice;
pub use single::{
    Acquired, Allocation, DeviceGuard, Guard, HostGuard, HostReadGuard, OnDevice, OnHost,
    OnHostToRead,
};
pub use waiting::{Releasing, Waiting};
