//! [`Event`]: one small handle to the completion of a device command, whatever the backend.

mod handle;
mod keys;
mod list;
mod source;
mod waiting;

pub use handle::Event;
pub use keys::{WaitKey, Wakers};
pub(crate) use list::Events;
pub use source::{Erased, EventSource, Status};
pub(crate) use waiting::Wait;
