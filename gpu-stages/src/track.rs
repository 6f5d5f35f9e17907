//! What one call has done with one resource: the events that later uses must be behind.

use crate::error::Poison;
use crate::event::{Event, Events, move_all, move_good, move_over, replace_older};
use crate::order::QueueId;
use crate::sync::Arc;
use crate::terms::{Grant, Parameter};
use crate::watch::Watch;
use std::any::Any;
use std::fmt::Debug;

/// How a command or a stage uses a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// It reads.
    Read,
    /// It writes, and may read.
    Write,
}

/// What a use must wait for.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    /// Uses that must be over first, whether they went well or not.
    pub order: Events,
    /// Those of them whose data is used: if one failed, so has whoever needs it.
    pub data: Events,
}

/// A queue whose commands the library does not see, so that their end has to be marked.
pub(crate) trait Unseen: Debug + Send + Sync {
    fn id(&self) -> QueueId;

    /// The completion of everything enqueued so far; `None` if it is complete already. It is the end of this use
    /// and of `others`, which are on the same queue: what one of them relied on, the event relies on.
    fn mark(&self, others: &[&dyn Unseen]) -> Option<Event>;

    /// The use itself, for its like.
    fn as_any(&self) -> &dyn Any;

    /// Who watches the queue's device, if anybody does.
    fn watch(&self) -> Option<&Arc<dyn Watch>> {
        None
    }
}

/// A use on such a queue, until its end is marked.
#[derive(Clone, Debug)]
pub(crate) struct Open {
    pub queue: Arc<dyn Unseen>,
    pub access: Access,
    /// What had been noted when the use began: that is what it is behind.
    pub seen: Seen,
}

/// How many commands had been noted with a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seen(u32);

/// Why contents cannot be relied on.
pub(crate) enum Bad {
    Poisoned(Arc<Poison>),
    /// The command that wrote them failed.
    Failed(Event),
}

/// The outstanding device uses of one resource as its holder knows them.
///
/// It starts as what the previous users left behind and is left to the next one.
#[derive(Debug)]
pub(crate) struct Track {
    /// The resource's own name, or else its parameter's.
    pub own_name: Option<Arc<str>>,
    pub parameter: Parameter,
    /// The last writes that may still run, and reads since.
    writes: Events,
    reads: Events,
    /// Whether the contents matter: not for a new version before its first write.
    relies: bool,
    /// Whether this call began to write.
    pub dirty: bool,
    /// Whether `writes` are commands of this call.
    wrote: bool,
    seen: Seen,
    pub poison: Option<Arc<Poison>>,
    pub handed_on: bool,
    /// A use whose end is not marked yet.
    pub open: Option<Open>,
}

/// A track at the end of its use.
#[derive(Debug)]
pub(crate) struct Ended {
    pub writes: Events,
    pub reads: Events,
    pub dirty: bool,
    /// Whether `writes` are commands of the call itself.
    pub wrote: bool,
}

impl Track {
    /// `relies`: whether the user needs the contents that are there.
    pub fn new(own_name: Option<Arc<str>>, parameter: Parameter, relies: bool) -> Self {
        Track {
            own_name,
            parameter,
            writes: Events::new(),
            reads: Events::new(),
            relies,
            dirty: false,
            wrote: false,
            seen: Seen(0),
            poison: None,
            handed_on: false,
            open: None,
        }
    }

    pub fn name(&self) -> Arc<str> {
        match &self.own_name {
            Some(name) => name.clone(),
            None => self.parameter.text(),
        }
    }

    /// Takes over what the previous users left.
    pub fn load(&mut self, grant: Grant) {
        self.writes = grant.writes;
        self.reads = grant.reads;
        self.poison = grant.poison;
    }

    /// Adds what a use of this kind must wait for; commands of queue `on` itself need no wait there.
    pub fn needs(&self, access: Access, on: Option<QueueId>, needs: &mut Needs) -> Seen {
        let elsewhere = |event: &&Event| on != Some(event.queue());
        add(&mut needs.order, self.writes.iter().filter(elsewhere));
        if self.relies {
            add(&mut needs.data, self.writes.iter());
        }
        if access == Access::Write {
            add(&mut needs.order, self.reads.iter().filter(elsewhere));
        }
        self.seen
    }

    /// Whether a use on the host needs to wait for nothing.
    pub fn is_free(&self, access: Access) -> bool {
        self.writes.is_empty() && (access == Access::Read || self.reads.is_empty())
    }

    /// What is known by now to be wrong with the contents, if they matter.
    pub fn bad(&self) -> Option<Bad> {
        if let Some(poison) = &self.poison {
            return Some(Bad::Poisoned(poison.clone()));
        }
        let failed = |event: &&Event| event.is_noted_over() && !event.is_noted_good();
        let failed = self.writes.iter().find(failed).filter(|_| self.relies);
        failed.cloned().map(Bad::Failed)
    }

    /// What may still run on other queues than `queue`.
    pub fn beyond(&self, queue: QueueId) -> Events {
        let mut beyond = Events::new();
        let all = self.reads.iter().chain(&self.writes);
        add(&mut beyond, all.filter(|event| event.queue() != queue));
        beyond
    }

    /// Notes a command that is behind what had been noted when `seen` was. What others have noted meanwhile, on
    /// views of other parts, stays.
    pub fn record(&mut self, access: Access, event: Event, seen: Seen, garbage: &mut Events) {
        match access {
            Access::Read => replace_older(&mut self.reads, event, garbage),
            Access::Write => {
                for list in [&mut self.reads, &mut self.writes] {
                    if self.seen == seen {
                        move_all(list, garbage);
                    } else {
                        // Which of them it is behind was not kept.
                        move_good(list, garbage);
                    }
                }
                self.writes.push(event);
                self.relies = true;
                self.dirty = true;
                self.wrote = true;
            }
        }
        self.seen = Seen(self.seen.0.wrapping_add(1));
    }

    /// Notes the end of an open use: `event`, or none if it is over already.
    pub fn close(&mut self, open: &Open, event: Option<Event>, garbage: &mut Events) {
        match event {
            Some(event) => self.record(open.access, event, open.seen, garbage),
            None => self.host_use(open.access, garbage),
        }
    }

    /// Notes that the host has waited for what `access` needs, and now uses the value that way.
    pub fn host_use(&mut self, access: Access, garbage: &mut Events) {
        match access {
            // What failed before stays failed for whoever needs the data.
            Access::Read if !self.relies => {}
            Access::Read => move_all(&mut self.writes, garbage),
            Access::Write => {
                move_all(&mut self.writes, garbage);
                move_all(&mut self.reads, garbage);
                self.relies = true;
                self.dirty = true;
                self.wrote = false;
            }
        }
    }

    /// The contents were accepted as they are: those writes that are over do not matter any more.
    pub fn accept(&mut self, garbage: &mut Events) {
        self.poison = None;
        move_over(&mut self.writes, garbage);
    }

    /// Ends the use.
    pub fn end(&mut self) -> Ended {
        self.handed_on = true;
        Ended {
            writes: std::mem::take(&mut self.writes),
            reads: std::mem::take(&mut self.reads),
            dirty: self.dirty,
            wrote: self.wrote,
        }
    }
}

fn add<'a>(list: &mut Events, events: impl Iterator<Item = &'a Event>) {
    for event in events {
        list.push(event.clone());
    }
}
