//! Requests, and the one atomic step in which they are acquired.

mod asked;
mod request;
mod step;

pub(crate) use asked::Sealed;
pub use asked::{Acquire, Wanted, acquire};
pub use request::Request;
pub(crate) use step::{Asks, Places};
