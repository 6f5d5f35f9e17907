//! What pipelines need of a queue of the library, opaque uses above all: a barrier before them, a marker after them.

use super::command_queue::{CommandQueue, Opaque, Uses, sealed};
use super::queue::Queue;
use crate::backend::{Backend, Command, Submission};
use crate::call::{OpaqueQueue, settle_so_far};
use crate::error::{Error, Origin, Result};
use crate::observe::UseId;
use crate::sync::access::Access;
use crate::sync::clock::QueueId;
use crate::sync::event::{Event, Events};
use crate::util::primitives::Arc;
use std::any::Any;

impl<B: Backend> sealed::Sealed for Queue<B> {}

impl<B: Backend> CommandQueue for Queue<B> {
    fn id(&self) -> QueueId {
        self.identity()
    }

    fn can_wait(&self, event: &Event) -> bool {
        B::can_wait(self.raw(), event)
    }

    fn flush(&self) {
        B::flush(self.raw());
    }

    fn fills_new_versions(&self) -> bool {
        B::fills_new_versions(self.raw())
    }

    fn open(&self, uses: &Uses<'_>) -> Result<Opaque> {
        // Earlier opaque uses may still last: what they did so far is recorded before the new ones build on it.
        settle_so_far(uses.uses());
        let ordered = uses.ordered(self.id());
        let order = self.necessary(&ordered);
        if !order.is_empty() {
            let mut command = Command::Barrier;
            let barrier = self.submit_plain(Submission {
                order: &order,
                uses: &ordered.uses,
                ..Submission::alone(&mut command)
            });
            barrier.map_err(|failure| Error::not_enqueued("a barrier", ordered.origin, failure))?;
        }
        let queue: Arc<dyn OpaqueQueue> = Arc::new(Stage {
            queue: self.clone(),
            data: ordered.needs.data.clone(),
            origin: ordered.origin,
            moment: ordered.moment,
        });
        Ok(Opaque::new(uses.open(&queue, &ordered)))
    }
}

/// An opaque stage on a queue.
#[derive(Debug)]
struct Stage<B: Backend> {
    queue: Queue<B>,
    /// A use that relies on what is written relies on these.
    data: Events,
    origin: Option<Origin>,
    moment: u64,
}

impl<B: Backend> OpaqueQueue for Stage<B> {
    fn id(&self) -> QueueId {
        self.queue.id()
    }

    fn mark(&self, others: &[&dyn OpaqueQueue], uses: &[(UseId, Access)]) -> Option<Event> {
        let mut data = self.data.clone();
        for other in others {
            if let Some(other) = other.as_any().downcast_ref::<Self>() {
                data.extend(other.data.iter().cloned());
            }
        }
        let mut command = Command::Marker;
        let marker = self.queue.submit_plain(Submission {
            data: &data,
            origin: self.origin,
            moment: self.moment,
            uses,
            ..Submission::alone(&mut command)
        });
        if marker.is_err() {
            // Without a marker the end would never be seen. It takes a driver that is out of memory to come here.
            self.queue.finish();
        }
        marker.ok()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
