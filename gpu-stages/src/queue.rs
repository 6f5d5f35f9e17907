//! [`CommandQueue`]: what pipelines need of a queue, whatever the backend.

use crate::event::Event;
use crate::guard::HandOn;
use crate::order::QueueId;

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
    /// does.
    fn ready<G: HandOn>(&self, guards: G) {
        guards.hand_on();
    }
}
