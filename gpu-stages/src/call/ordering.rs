//! What accesses that begin together are ordered after, and the recorded ends of opaque accesses.

use super::dependencies::{Needs, Recorded};
use super::usage::{OpaqueQueue, Open, Phase, Use, observe_completed};
use crate::error::Origin;
use crate::observe::{self, Interest, UseId};
use crate::sync::access::Access;
use crate::sync::clock::QueueId;
use crate::sync::discarded::Discarded;
use crate::sync::event::Event;
use smallvec::SmallVec;

/// What a command, or an opaque stage, must be ordered after, and what it belongs to.
#[derive(Debug)]
pub(crate) struct Ordered {
    pub needs: Needs,
    /// For each access, what its use had recorded.
    recorded: SmallVec<[Recorded; 4]>,
    /// The stage of the first use.
    pub origin: Option<Origin>,
    /// The poll in which the first use's call is; 0 if not known.
    pub moment: u64,
    /// Whether an event should be made from the start.
    pub signals: bool,
    /// The accesses, if an observer wants them.
    pub uses: Vec<(UseId, Access)>,
}

impl Default for Ordered {
    fn default() -> Self {
        Ordered {
            needs: Needs::default(),
            recorded: SmallVec::new(),
            origin: None,
            moment: 0,
            signals: true,
            uses: Vec::new(),
        }
    }
}

impl Ordered {
    /// Adds what `accesses` on queue `on` must be ordered after. The error is the first use among them that is not granted
    /// any more.
    pub fn add<'a>(
        &mut self,
        accesses: impl Iterator<Item = (&'a Use, Access)>,
        on: QueueId,
    ) -> Result<(), &'a Use> {
        let is_observed = observe::wants(Interest::USES);
        for (usage, access) in accesses {
            let is_granted = usage.with(|state| {
                if state.phase != Phase::Granted {
                    return false;
                }
                let info = state.info();
                if self.origin.is_none() {
                    self.origin = Some(info.call.origin());
                    self.moment = info.call.moment();
                    self.signals = info.call.signals();
                }
                if is_observed {
                    self.uses.push((info.id(), access));
                }
                let dependencies = &state.dependencies;
                let recorded = dependencies.add_needs(access, Some(on), &mut self.needs);
                self.recorded.push(recorded);
                true
            });
            if !is_granted {
                return Err(usage);
            }
        }
        Ok(())
    }

    /// Records the command that makes these accesses, in the same order.
    pub fn record<'a>(&self, accesses: impl Iterator<Item = (&'a Use, Access)>, event: &Event) {
        let mut discarded = Discarded::default();
        for ((usage, access), recorded) in accesses.zip(&self.recorded) {
            usage.with(|state| {
                let dependencies = &mut state.dependencies;
                dependencies.record(access, event.clone(), *recorded, &mut discarded);
            });
        }
        self.observe_completed(&discarded.completed);
    }

    /// Tells observers that all calls of these accesses saw `events` to be over.
    pub fn observe_completed(&self, events: &[Event]) {
        for (index, (id, _)) in self.uses.iter().enumerate() {
            if self.uses[..index]
                .iter()
                .all(|(earlier, _)| earlier.call != id.call)
            {
                observe_completed(id.call, events);
            }
        }
    }

    /// For each access, what its use had recorded.
    pub fn recorded(&self) -> &[Recorded] {
        &self.recorded
    }
}

/// Records the end of all opaque accesses of `uses`, with one marker for each queue. Does nothing where there are none.
#[inline]
pub(crate) fn settle<'a>(uses: impl Iterator<Item = &'a Use> + Clone) {
    if uses.clone().any(Use::was_opened) {
        let open = uses.filter(|usage| usage.was_opened());
        let open = open.flat_map(|usage| usage.opened().into_iter().map(move |open| (usage, open)));
        record_ends(open.collect(), Lasting::Ends);
    }
}

/// Records an end of all opaque accesses of `uses` so far. They go on.
pub(crate) fn settle_so_far<'a>(uses: impl Iterator<Item = &'a Use>) {
    let open = uses.filter(|usage| usage.was_opened());
    let open = open.flat_map(|usage| usage.opened().into_iter().map(move |open| (usage, open)));
    record_ends(open.collect(), Lasting::GoesOn);
}

/// Records the end of the opaque accesses with these numbers.
pub(crate) fn settle_numbered(numbered: &[(Use, u64)]) {
    let open = numbered.iter().filter_map(|(usage, number)| {
        let mut open = usage.opened().into_iter();
        Some((usage, open.find(|open| open.number == *number)?))
    });
    record_ends(open.collect(), Lasting::Ends);
}

/// Whether an opaque access is over when an end of it is recorded.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lasting {
    Ends,
    GoesOn,
}

type OpenUses<'a> = SmallVec<[(&'a Use, Open); 4]>;

#[cold]
fn record_ends(mut open: OpenUses<'_>, lasting: Lasting) {
    open.sort_by_key(|(_, open)| open.queue.id());
    for group in open.chunk_by(|(_, one), (_, other)| one.queue.id() == other.queue.id()) {
        record_ends_on_one_queue(group, lasting);
    }
}

fn record_ends_on_one_queue(group: &[(&Use, Open)], lasting: Lasting) {
    let queues: SmallVec<[&dyn OpaqueQueue; 4]> =
        group.iter().map(|(_, open)| &*open.queue).collect();
    let ids: SmallVec<[(UseId, Access); 4]> = match observe::wants(Interest::USES) {
        true => group
            .iter()
            .map(|(usage, open)| (usage.id(), open.access))
            .collect(),
        false => SmallVec::new(),
    };
    let event = queues[0].mark(&queues[1..], &ids);
    for (usage, open) in group {
        usage.record_end(open, event.clone(), lasting == Lasting::Ends);
    }
    let only_read = group.iter().all(|(_, open)| open.access == Access::Read);
    if let (Some(event), true) = (event, only_read) {
        group[0].0.end_after(event);
    }
}

impl Use {
    /// The opaque accesses whose end is not recorded.
    fn opened(&self) -> SmallVec<[Open; 1]> {
        self.with(|state| state.open.clone())
    }

    /// Records the end of an opaque access: `event`, or nothing if it is over already. Another thread may have recorded it
    /// since; then `event` comes after what that thread recorded, and nothing is lost.
    fn record_end(&self, open: &Open, event: Option<Event>, ends: bool) {
        let mut discarded = Discarded::default();
        let (call, removed) = self.with(|state| {
            let index = state
                .open
                .iter()
                .position(|other| other.number == open.number);
            if index.is_some() && state.phase == Phase::Granted {
                let dependencies = &mut state.dependencies;
                match event {
                    Some(event) => {
                        dependencies.record(open.access, event, open.recorded, &mut discarded);
                    }
                    None => dependencies.record_unseen(open.access),
                }
            }
            let removed = index.filter(|_| ends).map(|index| state.open.remove(index));
            (state.info().call.id(), removed)
        });
        drop(removed);
        observe_completed(call, &discarded.completed);
    }
}
