//! What one call has done with one resource: the events that later uses must be behind.

use crate::error::Poison;
use crate::event::{Event, Events};
use crate::ledger::{Grant, Mode, replace_older};
use crate::sync::Arc;

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

/// The outstanding device uses of one resource as its holder knows them.
///
/// It starts as what the previous users left behind and is left to the next one.
#[derive(Debug)]
pub(crate) struct Track {
    /// The resource's own name, or else its parameter's.
    pub own_name: Option<Arc<str>>,
    pub parameter: &'static str,
    /// The last write that may still run, and reads since.
    write: Option<Event>,
    reads: Events,
    /// Whether the contents matter: not for a new version before its first write.
    relies: bool,
    /// Whether this call began to write.
    pub dirty: bool,
    /// Whether `write` is a command of this call.
    wrote: bool,
    pub poison: Option<Poison>,
    pub handed_on: bool,
}

/// A track at the end of its use.
#[derive(Debug)]
pub(crate) struct Ended {
    pub write: Option<Event>,
    pub reads: Events,
    pub dirty: bool,
    /// The call's own last write, for the call to see how it ends.
    pub own_write: Option<Event>,
}

impl Track {
    pub fn new(own_name: Option<Arc<str>>, parameter: &'static str, mode: Mode) -> Self {
        Track {
            own_name,
            parameter,
            write: None,
            reads: Events::new(),
            relies: mode != Mode::Write,
            dirty: false,
            wrote: false,
            poison: None,
            handed_on: false,
        }
    }

    pub fn name(&self) -> Arc<str> {
        match &self.own_name {
            Some(name) => name.clone(),
            None => self.parameter.into(),
        }
    }

    /// Takes over what the previous users left.
    pub fn load(&mut self, grant: Grant) {
        self.write = grant.write;
        self.reads = grant.reads;
        self.poison = grant.poison;
    }

    /// Adds what a use of this kind must wait for.
    pub fn needs(&self, access: Access, needs: &mut Needs) {
        if let Some(write) = &self.write {
            needs.order.push(write.clone());
            if self.relies {
                needs.data.push(write.clone());
            }
        }
        if access == Access::Write {
            needs.order.extend(self.reads.iter().cloned());
        }
    }

    /// All that may still run.
    pub fn outstanding(&self) -> impl Iterator<Item = &Event> {
        self.reads.iter().chain(&self.write)
    }

    /// Notes a command that is behind what it needed.
    pub fn record(&mut self, access: Access, event: Event, garbage: &mut Events) {
        match access {
            Access::Read => garbage.extend(replace_older(&mut self.reads, event)),
            Access::Write => {
                garbage.extend(self.reads.drain(..));
                garbage.extend(self.write.replace(event));
                self.relies = true;
                self.dirty = true;
                self.wrote = true;
            }
        }
    }

    /// Notes that the host has waited for what `access` needs, and now uses the value that way.
    pub fn host_use(&mut self, access: Access, garbage: &mut Events) {
        garbage.extend(self.write.take());
        if access == Access::Write {
            garbage.extend(self.reads.drain(..));
            self.relies = true;
            self.dirty = true;
        }
    }

    /// Ends the use.
    pub fn end(&mut self) -> Ended {
        self.handed_on = true;
        let write = self.write.take();
        Ended {
            own_write: write.clone().filter(|_| self.wrote),
            write,
            reads: std::mem::take(&mut self.reads),
            dirty: self.dirty,
        }
    }
}
