//! [`Event`]: one small handle to the completion of a device command, whatever the backend.

use crate::error::Failure;
use crate::order::{Knowledge, Position, QueueId};
use crate::pool::{Node, Pooled, Recycle};
use crate::sync::Arc;
use smallvec::SmallVec;
use std::any::Any;
use std::fmt;
use std::future::poll_fn;
use std::task::{Poll, Wake, Waker};

/// A few events; most waits have one or two.
pub(crate) type Events = SmallVec<[Event; 4]>;

/// How far a command has come.
#[derive(Clone, Debug)]
pub enum Status {
    /// Queued or running.
    Pending,
    /// Done; its effects are visible to whoever saw this status.
    Complete,
    /// It failed, or something it needed the data of did. It will not touch memory any more.
    Failed(Arc<Failure>),
}

impl Status {
    /// Whether the command is over, well or not.
    pub fn is_terminal(&self) -> bool {
        !matches!(self, Status::Pending)
    }
}

/// What a backend's event record must be able to tell.
pub trait EventSource: Recycle {
    /// The queue that the command was enqueued on.
    fn queue(&self) -> QueueId;

    /// Where on that queue the command stands.
    fn position(&self) -> Position;

    /// What that queue has waited for, if it keeps account of it.
    fn knowledge(&self) -> Option<Arc<Knowledge>>;

    /// The command's own status: the truth, whatever callbacks said.
    fn status(&self) -> Status;

    /// The status as far as it is known without asking the device. It may lag behind, but not behind a wake
    /// that [`register`](EventSource::register) promised.
    fn known(&self) -> Status;

    /// Wakes `waker` once the command is over. Returns `false`, and keeps nothing, if it is known to be.
    ///
    /// A waker that would wake the same task as one already kept is kept once.
    fn register(&self, waker: &Waker) -> bool;

    /// Somebody who is not on the queue is going to wait: a backend that makes events late makes it now.
    fn announce(&self);
}

/// [`EventSource`] with its handle count, made into an object.
trait Erased: Send + Sync {
    fn retain(&self);
    fn release(&'static self);
    fn source_queue(&self) -> QueueId;
    fn source_position(&self) -> Position;
    fn source_knowledge(&self) -> Option<Arc<Knowledge>>;
    fn source_status(&self) -> Status;
    fn source_known(&self) -> Status;
    fn source_register(&self, waker: &Waker) -> bool;
    fn source_announce(&self);
    fn source_record(&self) -> &dyn Any;
}

impl<T: EventSource> Erased for Node<T> {
    fn retain(&self) {
        Node::retain(self);
    }
    fn release(&'static self) {
        Node::release(self);
    }
    fn source_queue(&self) -> QueueId {
        self.value().queue()
    }
    fn source_position(&self) -> Position {
        self.value().position()
    }
    fn source_knowledge(&self) -> Option<Arc<Knowledge>> {
        self.value().knowledge()
    }
    fn source_status(&self) -> Status {
        self.value().status()
    }
    fn source_known(&self) -> Status {
        self.value().known()
    }
    fn source_register(&self, waker: &Waker) -> bool {
        self.value().register(waker)
    }
    fn source_announce(&self) {
        self.value().announce();
    }
    fn source_record(&self) -> &dyn Any {
        self.value()
    }
}

/// The completion of one device command.
///
/// Cloning counts a reference and allocates nothing. Dropping an event does not cancel the command and never
/// blocks.
///
/// ```
/// # fn main() -> gpu_stages::Result<()> {
/// use gpu_stages::cpu::{Device, Queue};
///
/// let queue = Queue::new(&Device::new())?;
/// let event = queue.marker()?;
/// futures::executor::block_on(event.wait())?;
/// assert!(event.status().is_terminal());
/// # Ok(())
/// # }
/// ```
pub struct Event(&'static dyn Erased);

impl<T: EventSource> From<Pooled<T>> for Event {
    fn from(record: Pooled<T>) -> Self {
        Event(record.into_node())
    }
}

impl Event {
    /// How far the command has come.
    pub fn status(&self) -> Status {
        self.0.source_status()
    }

    /// The queue that the command was enqueued on.
    pub fn queue(&self) -> QueueId {
        self.0.source_queue()
    }

    /// Where on its queue the command stands.
    pub fn position(&self) -> Position {
        self.0.source_position()
    }

    /// Whether both commands are on one in-order queue, so that neither needs to wait for the other on the
    /// device.
    pub fn same_queue(&self, other: &Event) -> bool {
        self.queue() == other.queue()
    }

    /// Wakes `waker` once the command is over; `false`, and nothing kept, if it is known to be.
    pub fn register(&self, waker: &Waker) -> bool {
        self.0.source_register(waker)
    }

    /// Resolves when the command is over: to its [`Failure`] if it failed.
    ///
    /// No thread waits and `poll` never spins. Dropping the future leaves at most one spurious wake behind.
    pub async fn wait(&self) -> Result<(), Arc<Failure>> {
        poll_fn(|context| {
            loop {
                match self.known() {
                    Status::Complete => return Poll::Ready(Ok(())),
                    Status::Failed(failure) => return Poll::Ready(Err(failure)),
                    Status::Pending if self.register(context.waker()) => return Poll::Pending,
                    // Over in the meantime: the next look says how.
                    Status::Pending => {}
                }
            }
        })
        .await
    }

    /// Blocks this thread until the command is over. For device threads and for shutdown, never for tasks.
    pub(crate) fn block(&self) -> Status {
        loop {
            let status = self.known();
            if status.is_terminal() {
                return status;
            }
            if UNPARK.with(|waker| self.register(waker)) {
                std::thread::park();
            }
        }
    }

    pub(crate) fn knowledge(&self) -> Option<Arc<Knowledge>> {
        self.0.source_knowledge()
    }

    /// The status as far as it is known without asking the device.
    pub(crate) fn known(&self) -> Status {
        self.0.source_known()
    }

    /// The backend's own record, if it is of this type.
    #[cfg(feature = "opencl")]
    pub(crate) fn record<T: EventSource>(&self) -> Option<&T> {
        self.0.source_record().downcast_ref()
    }

    /// Somebody who is not on the queue is going to wait.
    pub(crate) fn announce(&self) {
        self.0.source_announce();
    }

    /// Whether the command is known to be over.
    #[cfg(feature = "opencl")]
    pub(crate) fn is_over(&self) -> bool {
        self.known().is_terminal()
    }

    pub(crate) fn is_pending(&self) -> bool {
        !self.known().is_terminal()
    }
}

impl Clone for Event {
    fn clone(&self) -> Self {
        self.0.retain();
        Event(self.0)
    }
}

impl Drop for Event {
    fn drop(&mut self) {
        self.0.release();
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("queue", &self.queue())
            .field("position", &self.position())
            .field("status", &self.status())
            .finish()
    }
}

thread_local! {
    static UNPARK: Waker = Waker::from(Arc::new(Unpark(std::thread::current())));
}

/// Wakes a thread that waits in [`Event::block`].
struct Unpark(std::thread::Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
