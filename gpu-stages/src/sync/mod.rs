//! Events, queue clocks, and which waits are unnecessary. Nothing here knows resources or calls.

pub(crate) mod access;
pub(crate) mod clock;
pub(crate) mod current;
pub(crate) mod deferred_drop;
pub(crate) mod discarded;
pub(crate) mod elision;
pub(crate) mod event;
pub(crate) mod waits;
