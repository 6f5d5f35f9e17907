//! [`Lease`]: the right to one allocation of a call, and the account of its use.

use crate::call::Call;
use crate::error::{Error, Failure, Site};
use crate::event::{Event, Events, Status};
use crate::order::QueueId;
use crate::sync::Arc;
use crate::terms::Grant;
#[cfg(feature = "opencl")]
use crate::track::Open;
use crate::track::{Access, Ended, Needs, Track, Unseen};
use smallvec::SmallVec;

/// One allocation's account in its call. Views and guards carry it.
#[derive(Clone, Debug)]
pub(crate) struct Lease {
    call: Call,
    index: usize,
}

impl Lease {
    /// An account for a new allocation of `call`.
    pub fn new(call: &Call, track: Track) -> Self {
        Lease {
            index: call.add(track),
            call: call.clone(),
        }
    }

    pub fn call(&self) -> &Call {
        &self.call
    }

    /// This use of the resource, for messages.
    pub fn site(&self) -> Box<Site> {
        self.call.site(self.index)
    }

    pub fn load(&self, grant: Grant) {
        self.with(|track| track.load(grant));
    }

    /// Adds what a use must be behind; `false`, and nothing added, if the allocation is handed on.
    pub fn needs(&self, access: Access, needs: &mut Needs) -> bool {
        self.with(|track| {
            let is_held = !track.handed_on;
            if is_held {
                track.needs(access, needs);
            }
            is_held
        })
    }

    /// What may still run on other queues than `queue`.
    pub fn outstanding_beyond(&self, queue: QueueId) -> Events {
        self.with(|track| {
            let beyond = track.outstanding().filter(|event| event.queue() != queue);
            beyond.cloned().collect()
        })
    }

    /// Notes a command that is behind `before`; see [`Track::record`].
    pub fn record(&self, access: Access, event: Event, before: &[Event]) {
        let mut garbage = Events::new();
        self.with(|track| track.record(access, event, before, &mut garbage));
    }

    /// Has the end of the call wait for a command that writes nothing.
    pub fn end_behind(&self, event: Event) {
        self.call.end_behind(self.index, event);
    }

    pub fn accept(&self) {
        let mut garbage = Events::new();
        self.with(|track| track.accept(&mut garbage));
    }

    pub fn host_use(&self, access: Access) {
        let mut garbage = Events::new();
        self.with(|track| track.host_use(access, &mut garbage));
    }

    /// A use begins on a queue whose commands are not seen.
    #[cfg(feature = "opencl")]
    pub fn open(&self, open: Open) {
        self.call.set_opened();
        let old = self.with(|track| track.open.replace(open));
        drop(old);
    }

    /// The error when the contents are known to be bad: poisoned, or left by a command that has failed.
    pub fn check(&self) -> Result<(), Error> {
        let (poison, data) = self.with(|track| (track.poison.clone(), track.data()));
        if let Some(poison) = poison {
            let site = self.site();
            return Err(Error::Poisoned { site, poison });
        }
        for event in &data {
            if let Status::Failed(failure) = event.known() {
                return Err(self.failed(failure));
            }
        }
        Ok(())
    }

    /// The error for this use of data that `failure` left behind.
    pub fn failed(&self, failure: Arc<Failure>) -> Error {
        self.call.failed(self.index, failure)
    }

    /// Ends the use. The call keeps its last writes to see how they end.
    pub fn end(&self) -> Ended {
        settle(&[self]);
        self.call.end(self.index)
    }

    fn with<R>(&self, f: impl FnOnce(&mut Track) -> R) -> R {
        self.call.with(self.index, f)
    }
}

/// A queue, and the marker behind what is enqueued on it.
struct Marked {
    queue: Arc<dyn Unseen>,
    event: Option<Event>,
}

/// Marks the end of those uses of `leases` that are open, with one marker for each queue.
pub(crate) fn settle(leases: &[&Lease]) {
    let mut marked: SmallVec<[Marked; 2]> = SmallVec::new();
    for lease in leases.iter().filter(|lease| lease.call.has_opened()) {
        let Some(open) = lease.with(|track| track.open.take()) else {
            continue;
        };
        let known = marked.iter().find(|it| it.queue.id() == open.queue.id());
        let event = match known {
            Some(marked) => marked.event.clone(),
            None => {
                let event = open.queue.mark();
                marked.push(Marked {
                    queue: open.queue.clone(),
                    event: event.clone(),
                });
                event
            }
        };
        let mut garbage = Events::new();
        lease.with(|track| track.close(&open, event, &mut garbage));
    }
}
