//! [`Dependencies`]: the device work on one value that later accesses must be ordered after.

use crate::error::Poison;
use crate::sync::access::Access;
use crate::sync::clock::QueueId;
use crate::sync::discarded::{Discarded, move_all, move_good, move_over, replace_older};
use crate::sync::event::{Event, Events};
use crate::util::primitives::Arc;

/// The device work on one value, as the use that holds it knows it. It begins with what earlier uses left and goes to the
/// next use.
#[derive(Debug, Default)]
pub(crate) struct Dependencies {
    /// The last writes that may still run. Several only if threads wrote parts of the value side by side.
    pub writes: Events,
    /// The reads since.
    pub reads: Events,
    /// Set if the contents are half written and this use needs them.
    pub poison: Option<Arc<Poison>>,
    /// Whether the use needs the contents: a new version does not before its first write.
    pub relies: bool,
    /// Whether the use began to write.
    pub is_dirty: bool,
    /// Whether `writes` are commands of this use.
    pub has_written: bool,
    recorded: Recorded,
}

/// The number of commands that a use had recorded at some time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Recorded(u64);

/// What an access must wait for.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    /// Accesses that must be over first, successful or not.
    pub order: Events,
    /// Those of them whose data is used: if one failed, so does the access.
    pub data: Events,
}

/// Why contents cannot be relied on.
pub(crate) enum Bad {
    Poisoned(Arc<Poison>),
    /// The command that wrote them failed.
    Failed(Event),
}

impl Dependencies {
    /// Adds what an access must wait for. Commands of the queue `on` itself need no wait there.
    pub fn add_needs(&self, access: Access, on: Option<QueueId>, needs: &mut Needs) -> Recorded {
        let elsewhere = |event: &&Event| on != Some(event.queue());
        push_all(&mut needs.order, self.writes.iter().filter(elsewhere));
        if self.relies {
            push_all(&mut needs.data, self.writes.iter());
        }
        if access == Access::Write {
            push_all(&mut needs.order, self.reads.iter().filter(elsewhere));
        }
        self.recorded
    }

    /// Whether an access of the host needs to wait for nothing.
    #[inline]
    pub fn is_free(&self, access: Access) -> bool {
        self.writes.is_empty() && (access == Access::Read || self.reads.is_empty())
    }

    /// What is known by now to be wrong with the contents, if the use needs them.
    #[inline]
    pub fn bad(&self) -> Option<Bad> {
        if let Some(poison) = &self.poison {
            return Some(Bad::Poisoned(poison.clone()));
        }
        let failed = |event: &&Event| event.is_noted_over() && !event.is_noted_good();
        let failed = self.writes.iter().find(failed).filter(|_| self.relies);
        failed.cloned().map(Bad::Failed)
    }

    /// Adds to `events` what may still run on other queues than `queue`.
    pub fn add_beyond(&self, queue: QueueId, events: &mut Events) {
        let all = self.reads.iter().chain(&self.writes);
        push_all(events, all.filter(|event| event.queue() != queue));
    }

    /// Records a command that is ordered after everything that was there when `recorded` was read. What other threads
    /// recorded since, for views of other parts, stays.
    pub fn record(
        &mut self,
        access: Access,
        event: Event,
        recorded: Recorded,
        discarded: &mut Discarded,
    ) {
        match access {
            Access::Read => replace_older(&mut self.reads, event, &mut discarded.superseded),
            Access::Write => {
                for list in [&mut self.reads, &mut self.writes] {
                    if self.recorded == recorded {
                        move_all(list, &mut discarded.superseded);
                    } else {
                        // It is not known which of them the command is ordered after.
                        move_good(list, &mut discarded.completed);
                    }
                }
                self.writes.push(event);
                self.relies = true;
                self.is_dirty = true;
                self.has_written = true;
            }
        }
        self.recorded.0 += 1;
    }

    /// Records that the host has waited for what `access` needs and now accesses the value.
    pub fn record_host(&mut self, access: Access, discarded: &mut Discarded) {
        // A write that failed stays where the contents do not matter: a later access that needs the data fails.
        if access == Access::Write || self.relies {
            move_all(&mut self.writes, &mut discarded.superseded);
        }
        if access == Access::Write {
            move_all(&mut self.reads, &mut discarded.superseded);
        }
        self.record_free_host(access);
    }

    /// Records that the host accesses the value, which [is free](Self::is_free).
    #[inline]
    pub fn record_free_host(&mut self, access: Access) {
        if access == Access::Write {
            self.relies = true;
            self.is_dirty = true;
            self.has_written = false;
        }
    }

    /// Records an access that is over and has no event. What is there stays: it is not known what the access was ordered
    /// after.
    pub fn record_unseen(&mut self, access: Access) {
        if access == Access::Write {
            self.relies = true;
            self.is_dirty = true;
        }
    }

    /// The contents were accepted as they are: writes that are over do not matter any more.
    pub fn accept(&mut self, discarded: &mut Discarded) {
        self.poison = None;
        move_over(&mut self.writes, &mut discarded.completed);
    }

    /// Removes everything, for the next use of the record. Called when no lock is held that user code may need.
    pub fn clear(&mut self) {
        if !self.writes.is_empty() || !self.reads.is_empty() {
            self.writes.clear();
            self.reads.clear();
        }
        self.poison = None;
        self.is_dirty = false;
        self.has_written = false;
        self.recorded = Recorded::default();
    }
}

fn push_all<'a>(list: &mut Events, events: impl Iterator<Item = &'a Event>) {
    for event in events {
        list.push(event.clone());
    }
}
