//! Waiting on the host for devices, before values are used.

use crate::error::Result;
use crate::event::{Event, Status, Wait};
use crate::lease::Lease;
use crate::stall;
use crate::track::{Access, Needs};
use crate::waits;
use crate::watch::Watched;
use smallvec::{SmallVec, smallvec};
use std::task::{Context, Poll, ready};

/// One use of a call on the host, which waits.
pub struct HostUse<'a> {
    pub lease: &'a Lease,
    pub watched: Option<&'a Watched>,
    pub access: Access,
}

/// A wait for all that some uses of one call need, which begin together: where one event is behind another, for that one
/// alone. What they need stands in their accounts, where nothing changes meanwhile, and not here: most do not wait, and
/// have room for this nevertheless.
#[derive(Default)]
pub struct Outlast {
    current: Option<Current>,
    /// What was waited for, if somebody watches.
    #[allow(clippy::box_collection, reason = "nearly always there is none")]
    awaited: Option<Box<Vec<Event>>>,
}

/// The wait for one event.
struct Current {
    wait: Wait<Event>,
    /// The use for whose sake it is.
    index: usize,
}

impl Outlast {
    /// Ready when all is over. What a single use needs may be known by now.
    ///
    /// # Errors
    ///
    /// The first failure of what the data of the uses depends on.
    pub fn poll(
        &mut self,
        uses: &[HostUse<'_>],
        mut known: Option<Needs>,
        context: &mut Context<'_>,
    ) -> Poll<Result<()>> {
        if self.current.is_none() {
            stall::note_wait();
        }
        loop {
            if let Some(current) = &mut self.current {
                // Whether it failed is another question.
                let _ = ready!(current.wait.poll(context));
                self.is_over(uses);
            }
            let needs = known
                .take()
                .map_or_else(|| needs(uses), |known| smallvec![known]);
            let Some((index, event)) = last_pending(&needs) else {
                return Poll::Ready(self.end(uses, &needs));
            };
            uses[index].lease.set_waiting(true);
            let wait = Wait::of(event);
            self.current = Some(Current { wait, index });
        }
    }

    /// What is waited for is over.
    fn is_over(&mut self, uses: &[HostUse<'_>]) {
        let Some(Current { wait, index }) = self.current.take() else {
            return;
        };
        uses[index].lease.set_waiting(false);
        if wait.was_suspended() && uses.iter().any(|it| it.watched.is_some()) {
            let awaited = self.awaited.get_or_insert_default();
            awaited.push(wait.event().clone());
        }
    }

    /// Nothing is pending any more.
    fn end(&mut self, uses: &[HostUse<'_>], needs: &[Needs]) -> Result<()> {
        let mut all = uses.iter().zip(needs);
        let result = all.try_for_each(|(it, needs)| is_good(it.lease, needs));
        // Nobody uses what is lost: then the wait was for the failure alone.
        let awaited = self.awaited.as_ref().filter(|_| result.is_ok());
        tell(uses, needs, awaited.map_or(&[], |awaited| awaited));
        result
    }
}

fn needs(uses: &[HostUse<'_>]) -> SmallVec<[Needs; 2]> {
    uses.iter().map(|it| it.lease.needs(it.access)).collect()
}

/// An event that is not over and that no other such is known to be behind, and the use that needs it.
fn last_pending(needs: &[Needs]) -> Option<(usize, Event)> {
    let all = needs.iter().enumerate();
    let all = all.flat_map(|(index, needs)| needs.order.iter().map(move |event| (index, event)));
    let mut events: SmallVec<[(usize, &Event); 8]> = all.collect();
    let last = waits::last_first(&mut events, |(_, event)| event);
    let (last, others) = events.split_at(last);
    let mut pending = last.iter().filter(|(_, event)| event.is_pending());
    // Behind the last ones all the others are over: it is enough to ask.
    let mut behind = others
        .iter()
        .filter(|(_, event)| !event.status().is_terminal());
    let next = pending.next().or_else(|| behind.next());
    next.map(|(index, event)| (*index, (*event).clone()))
}

/// Tells those who watch, each once, which events were awaited, and which were over.
fn tell(uses: &[HostUse<'_>], needs: &[Needs], awaited: &[Event]) {
    let is_awaited = |event: &&Event| awaited.iter().any(|it| it.is(event));
    let watched = uses.iter().filter_map(|it| it.watched);
    for (index, watch) in watched.clone().enumerate() {
        let mut told = watched.clone().take(index);
        if !told.any(|told| told.has_watch_of(watch)) {
            let all = needs.iter().flat_map(|needs| &needs.order);
            watch.awaited(awaited.iter());
            watch.saw(all.filter(|event| !is_awaited(event)));
        }
    }
}

fn is_good(lease: &Lease, needs: &Needs) -> Result<()> {
    let failed = needs.data.iter().find_map(|event| match event.status() {
        Status::Failed(failure) => Some(failure),
        _ => None,
    });
    failed.map_or(Ok(()), |failure| Err(lease.failed(failure)))
}
