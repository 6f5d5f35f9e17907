//! [`Queue`]: a command queue, and what is submitted to it.

use crate::backend::{Backend, Command, Identity, Submission};
use crate::call::{Call, Ordered};
use crate::error::{Error, Failure, Origin, Result};
use crate::sync::clock::{Knowledge, QueueId};
use crate::sync::deferred_drop;
use crate::sync::elision;
use crate::sync::event::{Event, Events};
use crate::util::pool::Pooled;
use crate::util::primitives::Arc;

/// An in-order command queue of a backend.
///
/// Each command waits on the device for exactly what its views need, through its own wait list, and later uses wait for its
/// own event: no further marker or barrier is made. A clone is another handle to the same queue. When the last one is
/// dropped, what is enqueued still runs, and dropping does not wait for it.
#[derive(Debug)]
pub struct Queue<B: Backend> {
    inner: Arc<Inner<B>>,
}

#[derive(Debug)]
struct Inner<B: Backend> {
    raw: B::RawQueue,
    id: QueueId,
    knowledge: Pooled<Knowledge>,
}

impl<B: Backend> Clone for Queue<B> {
    fn clone(&self) -> Self {
        Queue {
            inner: self.inner.clone(),
        }
    }
}

impl<B: Backend> Queue<B> {
    /// A new queue on `device`.
    ///
    /// It belongs to this process, and so do threads that work for it. After `fork` the child has none of these threads: on
    /// a queue of the embedded device from before, waits for commands are errors, and drivers promise nothing. Make queues,
    /// and the devices of drivers, in the child.
    ///
    /// # Errors
    ///
    /// [`Error::Setup`] with what the device says.
    pub fn new(device: &B::Device) -> Result<Self> {
        let identity = Identity::unique();
        let raw = B::open(device, identity.clone());
        Ok(Queue {
            inner: Arc::new(Inner {
                raw: raw.map_err(|failure| Error::setup("a command queue", failure))?,
                id: identity.id,
                knowledge: identity.knowledge,
            }),
        })
    }

    /// Enqueues a marker: its event is the completion of everything enqueued before.
    ///
    /// # Errors
    ///
    /// [`Error::NotEnqueued`] with what the device says.
    pub fn marker(&self) -> Result<Event> {
        let mut command = Command::Marker;
        let event = self.submit_plain(Submission::alone(&mut command));
        event.map_err(|failure| Error::not_enqueued("a marker", running_stage(), failure))
    }

    /// Submits a marker or barrier.
    pub(super) fn submit_plain(&self, submission: Submission<'_, B>) -> Result<Event, Failure> {
        debug_assert!(matches!(
            submission.command,
            Command::Marker | Command::Barrier
        ));
        // SAFETY: markers and barriers touch no memory.
        unsafe { self.submit(submission) }
    }

    /// Enqueues a barrier: everything enqueued afterwards is ordered after `events`, successful or not.
    ///
    /// # Errors
    ///
    /// [`Error::NotEnqueued`] with what the device says.
    pub fn barrier(&self, events: &[Event]) -> Result<()> {
        let mut command = Command::Barrier;
        let submission = Submission {
            order: events,
            ..Submission::alone(&mut command)
        };
        let event = self.submit_plain(submission);
        event.map_err(|failure| Error::not_enqueued("a barrier", running_stage(), failure))?;
        Ok(())
    }

    pub(super) fn identity(&self) -> QueueId {
        self.inner.id
    }

    pub(crate) fn raw(&self) -> &B::RawQueue {
        &self.inner.raw
    }

    /// Blocks this thread until everything enqueued so far is over. For programs without an executor and for
    /// shutdown; a task awaits its pipeline instead. Values of cancelled calls that waited for these commands are dropped
    /// by then, unless a destructor takes long.
    ///
    /// A program that leaves `main` with OpenCL commands in flight may crash in the driver: it finishes its queues before.
    pub fn finish(&self) {
        B::finish(&self.inner.raw);
        deferred_drop::settle();
    }

    /// The events that the queue must wait for. Observers are told which are over.
    pub(super) fn necessary(&self, ordered: &Ordered) -> Events {
        let mut completed = Events::new();
        let is_observed = !ordered.uses.is_empty();
        let order = elision::necessary(&self.inner.knowledge, &ordered.needs.order, |event| {
            if is_observed {
                completed.push(event.clone());
            }
        });
        ordered.observe_completed(&completed);
        order
    }

    /// # Safety
    ///
    /// As [`Backend::submit`].
    pub(super) unsafe fn submit(&self, submission: Submission<'_, B>) -> Result<Event, Failure> {
        let order = submission.order;
        // SAFETY: passed on to the caller.
        let event = unsafe { B::submit(&self.inner.raw, submission)? };
        elision::learn(&self.inner.knowledge, order, event.position());
        Ok(event)
    }
}

/// The stage whose code this thread runs, if it does. For errors only.
#[cold]
pub(super) fn running_stage() -> Option<Origin> {
    Call::running().map(|call| call.origin())
}
