//! [`Event`]: one small handle to the completion of a device command, whatever the backend.

mod handle;
mod keys;
mod list;
mod source;
mod waiting;

pub use handle::Event;
pub use keys::{WaitKey, Wakers};
pub(crate) use list::Events;
pub(crate) use source::first_pending;
pub use source::{CommandName, Erased, EventSource, Status, What};
pub(crate) use waiting::Wait;
