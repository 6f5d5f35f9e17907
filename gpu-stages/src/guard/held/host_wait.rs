//! Waiting on the host for devices, before values are used.

use crate::error::Result;
use crate::event::{Event, Events, Status};
use crate::lease::Lease;
use crate::stall;
use crate::track::Needs;
use crate::waits;
use crate::watch::Watched;
use smallvec::SmallVec;

/// What one use of a call on the host waits for.
pub struct HostWait<'a> {
    pub lease: &'a Lease,
    pub watched: Option<&'a Watched>,
    pub needs: &'a Needs,
}

/// Waits for all that these uses of one call need, which begin together: where one event is behind another, for that
/// one alone.
///
/// # Errors
///
/// The first failure of what their data depends on.
pub async fn outlast(waits: &[HostWait<'_>]) -> Result<()> {
    stall::note_wait();
    let awaited = await_last_first(waits).await;
    let result = waits.iter().try_for_each(HostWait::is_good);
    // Nobody uses what is lost: then the wait was for the failure alone.
    tell(waits, if result.is_ok() { &awaited } else { &[] });
    result
}

/// Tells those who watch, each once, which events were awaited, and which were over.
fn tell(waits: &[HostWait<'_>], awaited: &[Event]) {
    let is_awaited = |event: &&Event| awaited.iter().any(|it| it.is(event));
    let watched = waits.iter().filter_map(|wait| wait.watched);
    for (index, watch) in watched.clone().enumerate() {
        if !watched
            .clone()
            .take(index)
            .any(|told| told.has_watch_of(watch))
        {
            let all = waits.iter().flat_map(|wait| &wait.needs.order);
            watch.awaited(awaited.iter());
            watch.saw(all.filter(|event| !is_awaited(event)));
        }
    }
}

/// Returns those events that had to be awaited.
async fn await_last_first(waits: &[HostWait<'_>]) -> Events {
    let orders = waits.iter().map(|wait| (wait.lease, &wait.needs.order));
    let events = orders.flat_map(|(lease, order)| order.iter().map(move |event| (lease, event)));
    let mut events: SmallVec<[(&Lease, &Event); 8]> = events.collect();
    let last = waits::last_first(&mut events, |(_, event)| event);
    let mut awaited = Events::new();
    for index in 0..events.len() {
        let (lease, event) = events[index];
        // Behind the last ones all the others are over: it is enough to ask.
        if index >= last && event.status().is_terminal() {
            continue;
        }
        lease.set_waiting(true);
        if event.outlast().await {
            awaited.push(event.clone());
        }
        lease.set_waiting(false);
    }
    awaited
}

impl HostWait<'_> {
    fn is_good(&self) -> Result<()> {
        let failed = self
            .needs
            .data
            .iter()
            .find_map(|event| match event.status() {
                Status::Failed(failure) => Some(failure),
                _ => None,
            });
        failed.map_or(Ok(()), |failure| Err(self.lease.failed(failure)))
    }
}
