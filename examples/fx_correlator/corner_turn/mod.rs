//! The corner turn: from F-engines, which have all channels of some inputs, to X-engines, which have all inputs of some
//! channels. It is the network that turns; here is what stands at both ends of it.

mod receiver;
mod sender;

pub use receiver::Receiver;
pub use sender::{Destination, Route, Sender};
