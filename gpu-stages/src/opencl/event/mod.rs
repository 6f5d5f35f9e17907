//! Events of OpenCL commands.
//!
//! The native event is the truth; callbacks and the watchdog only hint when to look at it. A command has no native event
//! until another queue or the host waits for it: then a marker stands in for the event.

mod completion;
mod failure;
mod native;
mod outcome;
mod source;
mod watchdog;

pub(super) use completion::{Completion, Dependencies, Dependency, Enqueued};
