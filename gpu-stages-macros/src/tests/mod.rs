//! The macro run in-process.

mod expansion;
