//! Uses on a queue of the library by what it does not see: a barrier before them, a marker behind.

use super::Queue;
use crate::backend::Backend;
use crate::call::Call;
use crate::error::{Origin, Result};
use crate::event::{Event, Events};
use crate::lease::{Lease, settle};
use crate::order::QueueId;
use crate::queue::{CommandQueue, Opaque, Uses};
use crate::sync::Arc;
use crate::track::Unseen;
use crate::waits;
use crate::watch::Watch;
use smallvec::SmallVec;
use std::any::Any;

impl<B: Backend> Queue<B> {
    pub(super) fn open_opaque(&self, uses: &Uses<'_>) -> Result<Opaque> {
        // An earlier use that was forgotten has to be noted before what it did is built upon.
        let leases: SmallVec<[&Lease; 4]> = uses.0.iter().map(|(lease, _)| *lease).collect();
        settle(&leases);
        let before = uses.before(self.inner.id);
        let watch = self.watch();
        if let Some(watch) = watch {
            watch.look();
        }
        let order = waits::necessary(&self.inner.knowledge, &before.needs.order);
        if let Some(watch) = watch {
            let calls = leases.iter().map(|lease| lease.call().id());
            calls.for_each(|call| watch.learned(call));
        }
        if !order.is_empty() {
            if let Some(watch) = watch {
                let begin = uses.0.iter().map(|(lease, access)| (lease.key(), *access));
                watch.unseen(&begin.collect::<SmallVec<[_; 4]>>());
            }
            self.barrier(&order)?;
        }
        let queue: Arc<dyn Unseen> = Arc::new(OpaqueUse {
            queue: self.clone(),
            data: before.needs.data.clone(),
            origin: uses.call().map(Call::origin),
            moment: uses.call().map_or(0, Call::moment),
        });
        Ok(Opaque::new(queue, uses, &before))
    }
}

/// What is enqueued on a queue past the library.
#[derive(Debug)]
struct OpaqueUse<B: Backend> {
    queue: Queue<B>,
    /// Whoever relies on what is written relies on these.
    data: Events,
    origin: Option<Origin>,
    moment: u64,
}

impl<B: Backend> Unseen for OpaqueUse<B> {
    fn id(&self) -> QueueId {
        self.queue.id()
    }

    fn mark(&self, others: &[&dyn Unseen]) -> Option<Event> {
        let mut data = self.data.clone();
        for other in others {
            if let Some(other) = other.as_any().downcast_ref::<Self>() {
                data.extend(other.data.iter().cloned());
            }
        }
        let marker = self.queue.mark(&data, self.origin, self.moment);
        if marker.is_err() {
            // Without a marker nobody would know: wait here. It takes a driver that is out of memory.
            self.queue.finish();
        }
        marker.ok()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn watch(&self) -> Option<&Arc<dyn Watch>> {
        self.queue.watch()
    }
}
