//! [`DeviceWait`]: a wait of the host for devices.

use crate::call::{Needs, Use, observe_completed};
use crate::error::Result;
use crate::observe::{self, Awaited, Interest, Observation};
use crate::sync::access::Access;
use crate::sync::elision;
use crate::sync::event::{Event, Events, Status, Wait};
use smallvec::{SmallVec, smallvec};
use std::task::{Context, Poll, ready};

/// A wait for all that some accesses of one call need, which begin together. Of several events that are ordered after each
/// other, only the last is awaited.
///
/// The needs stay in the dependencies, where nothing changes meanwhile, and not here: most waits find nothing to wait for.
#[derive(Default)]
pub(super) struct DeviceWait {
    current: Option<Current>,
    /// What was awaited, if an observer wants it.
    awaited: Vec<Event>,
}

/// The wait for one event.
pub(super) struct Current {
    wait: Wait<Event>,
    /// The use that needs the event.
    usage: Use,
}

impl Current {
    /// Begins to wait, for the use that needs the event.
    pub fn begin(event: Event, usage: &Use) -> Self {
        usage.set_awaited(Some(event.clone()));
        usage.observe_wait(Awaited::Device, true);
        Current {
            wait: Wait::of(event),
            usage: usage.clone(),
        }
    }

    /// Ready when the event is over, successful or not.
    pub fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let over = ready!(self.wait.poll(context));
        drop(over);
        self.usage.observe_wait(Awaited::Device, false);
        Poll::Ready(())
    }
}

impl Drop for Current {
    /// The wait is over or was given up.
    fn drop(&mut self) {
        self.usage.set_awaited(None);
    }
}

impl DeviceWait {
    /// Ready when everything that `accesses` need is over. The needs of a single access may be `known`.
    ///
    /// # Errors
    ///
    /// The first failure among what the data of the accesses depends on.
    pub fn poll(
        &mut self,
        accesses: &[(&Use, Access)],
        mut known: Option<Needs>,
        context: &mut Context<'_>,
    ) -> Poll<Result<()>> {
        if self.current.is_none() {
            observe::emit(Interest::STALLS, || Observation::MayStall);
        }
        loop {
            if let Some(current) = &mut self.current {
                ready!(current.poll(context));
                self.note_awaited();
            }
            let needs: SmallVec<[Needs; 1]> = match known.take() {
                Some(known) => smallvec![known],
                None => accesses
                    .iter()
                    .map(|(usage, access)| usage.host_needs(*access))
                    .collect(),
            };
            let Some((index, event)) = last_pending(&needs) else {
                return Poll::Ready(self.end(accesses, &needs));
            };
            self.current = Some(Current::begin(event, accesses[index].0));
        }
    }

    /// The current event is over.
    fn note_awaited(&mut self) {
        if let Some(current) = self.current.take() {
            if current.wait.was_suspended() && observe::wants(Interest::USES) {
                self.awaited.push(current.wait.event().clone());
            }
        }
    }

    /// Nothing is pending any more.
    fn end(&mut self, accesses: &[(&Use, Access)], needs: &[Needs]) -> Result<()> {
        let mut all = accesses.iter().zip(needs);
        let result = all.try_for_each(|((usage, _), needs)| check(usage, needs));
        if observe::wants(Interest::USES) {
            // Data that is lost is not used: then the wait was for the failure alone.
            let awaited = if result.is_ok() {
                self.awaited.as_slice()
            } else {
                &[]
            };
            observe_end(accesses, needs, awaited);
        }
        result
    }
}

/// An event that is not over and that no other such is known to be ordered after, and the access that needs it.
fn last_pending(needs: &[Needs]) -> Option<(usize, Event)> {
    let all = needs.iter().enumerate();
    let all = all.flat_map(|(index, needs)| needs.order.iter().map(move |event| (index, event)));
    let mut events: SmallVec<[(usize, &Event); 8]> = all.collect();
    let last = elision::last_first(&mut events, |(_, event)| event);
    let (last, others) = events.split_at(last);
    let mut pending = last.iter().filter(|(_, event)| event.is_pending());
    // The others are over as soon as the last ones are: the driver knows it, even where it was not noted yet.
    let mut earlier = others
        .iter()
        .filter(|(_, event)| !event.ask().is_terminal());
    let next = pending.next().or_else(|| earlier.next());
    next.map(|(index, event)| (*index, (*event).clone()))
}

fn check(usage: &Use, needs: &Needs) -> Result<()> {
    let failed = needs.data.iter().find_map(|event| match event.ask() {
        Status::Failed(failure) => Some(failure),
        _ => None,
    });
    failed.map_or(Ok(()), |failure| Err(usage.failed(failure)))
}

/// Tells observers which events the calls awaited, and which were over without that.
#[cold]
fn observe_end(accesses: &[(&Use, Access)], needs: &[Needs], awaited: &[Event]) {
    let all = needs.iter().flat_map(|needs| &needs.order);
    let over = all.filter(|event| !awaited.iter().any(|it| it.is(event)));
    let over: Events = over.cloned().collect();
    // The guards of a list may belong to several calls, all of which waited.
    let mut calls: SmallVec<[u64; 4]> = accesses.iter().map(|(usage, _)| usage.id().call).collect();
    calls.sort_unstable();
    calls.dedup();
    for call in calls {
        observe::emit(Interest::USES, || Observation::AwaitedOnHost {
            call,
            events: awaited,
        });
        observe_completed(call, &over);
    }
}
