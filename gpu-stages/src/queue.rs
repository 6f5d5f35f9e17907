//! [`CommandQueue`]: what pipelines need of a queue, whatever the backend.

use crate::error::Result;
use crate::event::Event;
use crate::lease::Lease;
use crate::order::QueueId;
use crate::track::Access;

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

/// Device guards that can be handed on together: tuples of up to 16.
pub trait HandOn {
    /// Hands on each as [`Guard::ready`](crate::guard::Guard::ready) does.
    fn hand_on(self);
}
