//! The corner turn: from F-engines, which have all channels of some inputs, to X-engines, which have all inputs of some
//! channels. The network does the turn; this module is its two ends.

mod receiver;
mod sender;

pub use receiver::Receiver;
pub use sender::{Destination, Route, Sender};
