//! Events of OpenCL commands.
//!
//! The native event is the truth; callbacks and the watchdog only hint when to look at it. Both have a thread of the
//! library's own wake the tasks. A command that only its own queue is expected to wait for has no native event. If
//! another queue or the host does wait for it, a marker stands in for the event.

mod completion;
mod failure;
mod native;
mod noted;
mod outcome;
mod source;
mod thread;
mod watchdog;

pub(super) use completion::{Completion, Dependencies, Dependency, Enqueued};
pub(super) use thread::start;
