//! [`Subscribed`]: an observer whose interest follows the subscribers of `tracing`.

use super::observation::Interest;
use super::registry::{Observer, set_interest};
use tracing_core::callsite::{Callsite, register};
use tracing_core::{Metadata, subscriber};

/// A callsite of `tracing` that sets what an observer wants: something while any subscriber may want spans or events with
/// this metadata, and nothing otherwise. So a process without subscribers does not pay for the observer.
pub(crate) struct Subscribed {
    pub metadata: &'static Metadata<'static>,
    pub observer: &'static dyn Observer,
    pub interest: Interest,
}

impl Subscribed {
    /// Begins to follow the subscribers, from those that there are now.
    pub fn follow(&'static self) {
        set_interest(self.observer, Interest::NONE);
        register(self);
    }
}

impl Callsite for Subscribed {
    fn set_interest(&self, interest: subscriber::Interest) {
        let wanted = match interest.is_never() {
            true => Interest::NONE,
            false => self.interest,
        };
        set_interest(self.observer, wanted);
    }

    fn metadata(&self) -> &Metadata<'_> {
        self.metadata
    }
}
