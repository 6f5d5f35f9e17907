//! [`Event`] itself: a counted handle to a backend's record.

use super::keys::WaitKey;
use super::source::{CommandName, Erased, EventSource, Status};
use crate::sync::clock::{Knowledge, Position, QueueId};
use crate::util::pool::{Head, Pooled};
use std::fmt;
use std::task::Waker;

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
pub struct Event(&'static Head<dyn Erased>);

/// For backends: records are no part of the public interface.
#[doc(hidden)]
impl<T: EventSource> From<Pooled<T>> for Event {
    fn from(record: Pooled<T>) -> Self {
        let node = record.into_node();
        Event(node.erase(node))
    }
}

impl Event {
    /// The state of the command.
    pub fn status(&self) -> Status {
        let status = self.ask();
        if let Status::Failed(failure) = &status {
            failure.claim();
        }
        status
    }

    /// The state of the command, of which no caller is told.
    pub(crate) fn ask(&self) -> Status {
        self.0.object().source_status()
    }

    /// The first command on the queue of this one that is not over, for messages. Looks at all commands of the backend.
    pub(crate) fn first_pending_on_its_queue(&self) -> Option<CommandName> {
        self.0.object().source_first_pending()
    }

    /// The queue that the command was enqueued on.
    pub fn queue(&self) -> QueueId {
        self.0.object().source_queue()
    }

    /// The position of the command on its queue.
    pub fn position(&self) -> Position {
        self.0.object().source_position()
    }

    /// Whether both commands are on one in-order queue, so that neither needs to wait for the other on the
    /// device.
    pub fn same_queue(&self, other: &Event) -> bool {
        self.queue() == other.queue()
    }

    /// Wakes `waker` once the command is over. Returns `false` and keeps nothing if the command is known to be over. A later
    /// waker with the same [`WaitKey`] replaces this one.
    pub fn register(&self, key: WaitKey, waker: &Waker) -> bool {
        self.0.object().source_register(key, waker)
    }

    /// Removes the waker that was [registered](Event::register) with this key.
    pub fn unregister(&self, key: WaitKey) {
        self.0.object().source_unregister(key);
    }

    pub(crate) fn knowledge(&self) -> Option<Pooled<Knowledge>> {
        self.0.object().source_knowledge()
    }

    /// The status as far as it is known without asking the device.
    pub(crate) fn known(&self) -> Status {
        self.0.object().source_known()
    }

    /// The backend's own record, if it is of this type.
    pub(crate) fn record<T: EventSource>(&self) -> Option<&T> {
        self.0.object().source_record().downcast_ref()
    }

    /// A waiter outside of the queue is going to wait.
    pub(crate) fn announce(&self) {
        self.0.object().source_announce();
    }

    /// Nothing will ask for the outcome, and nothing relies on the data: a failure is logged.
    pub(crate) fn disown(&self) {
        self.0.object().source_disown();
    }

    /// Whether the device goes on by itself, so that a thread may block for the command.
    pub(crate) fn runs_by_itself(&self) -> bool {
        self.0.object().source_runs_by_itself()
    }

    /// Whether the command has been seen to be over. Does not ask the driver, so that it can be used under locks.
    pub(crate) fn is_noted_over(&self) -> bool {
        self.0.object().source_noted_over()
    }

    /// Whether the command has been seen to have succeeded. Does not ask the driver, so that it can be used under locks.
    pub(crate) fn is_noted_good(&self) -> bool {
        self.0.object().source_noted_good()
    }

    /// Whether both are handles to one event.
    pub(crate) fn is(&self, other: &Event) -> bool {
        std::ptr::eq(self.0, other.0)
    }

    pub(crate) fn is_pending(&self) -> bool {
        !self.known().is_terminal()
    }
}

impl Clone for Event {
    #[inline]
    fn clone(&self) -> Self {
        self.0.retain();
        Event(self.0)
    }
}

impl Drop for Event {
    #[inline]
    fn drop(&mut self) {
        if self.0.release() {
            self.0.object().source_free();
        }
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("queue", &self.queue())
            .field("position", &self.position())
            .field("status", &self.ask())
            .finish()
    }
}
