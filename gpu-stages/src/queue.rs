//! [`CommandQueue`]: what pipelines need of a queue, whatever the backend.

use crate::call::Lease;
use crate::error::Result;
use crate::event::{Event, Events};
use crate::guard::HandOn;
use crate::order::QueueId;
use crate::sync::Arc;
use crate::track::Access;
use std::fmt::Debug;

/// An in-order command queue: commands run one after another, in the order in which they were enqueued.
///
/// A clone is another handle to the same queue.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a command queue",
    label = "this is no queue",
    note = "use a queue of one of the backends, such as `gpu_stages::cpu::Queue`"
)]
pub trait CommandQueue: Clone + Send + Sync + 'static {
    /// The queue's identity.
    fn id(&self) -> QueueId;

    /// Whether commands on this queue can wait for `event` on the device. If not, the host waits.
    fn can_wait(&self, event: &Event) -> bool;

    /// Makes sure that what is enqueued begins. Waiting for an event does this by itself; a stage that is
    /// followed by other work does it so that the two overlap.
    fn flush(&self);

    /// Hands on several resources whose last use is behind, as [`Guard::ready`](crate::guard::Guard::ready)
    /// does; if they need a marker, with one for all.
    fn ready<G: HandOn>(&self, guards: G) {
        guards.hand_on();
    }

    /// Uses of resources begin. A queue whose commands the library does not see puts itself behind what they
    /// need.
    #[doc(hidden)]
    fn begin(&self, _: &Uses<'_>) -> Result<()> {
        Ok(())
    }
}

/// The uses of resources that begin together on a queue.
#[derive(Debug)]
#[cfg_attr(
    not(feature = "opencl"),
    allow(dead_code, reason = "for queues that are not the library's")
)]
pub struct Uses<'a>(pub(crate) &'a [(&'a Lease, Access)]);

/// A queue whose commands the library does not see, so that their end has to be marked.
pub(crate) trait Unseen: Debug + Send + Sync {
    fn id(&self) -> QueueId;

    /// The completion of everything enqueued so far; `None` if it is complete already.
    fn mark(&self) -> Option<Event>;
}

/// A use on such a queue, until its end is marked.
#[derive(Clone, Debug)]
pub(crate) struct Open {
    pub queue: Arc<dyn Unseen>,
    pub access: Access,
    /// What the use is behind.
    pub before: Events,
}
