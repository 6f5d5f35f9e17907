//! One enqueued command of the embedded device.

use super::backend::Cpu;
use super::event::Completion;
use super::execute;
use super::hazards::{Stamp, Watcher};
use super::timed::Timed;
use super::timing::Hold;
use crate::backend::Command;
use crate::error::{Failure, Origin};
use crate::sync::event::{Event, Events, Status};
use crate::util::pool::Pooled;
use crate::util::primitives::Arc;

/// A command that was enqueued, and what to do around it.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) command: Command<Cpu>,
    pub(super) order: Events,
    pub(super) data: Events,
    pub(super) origin: Option<Origin>,
    /// None only while the entry is empty.
    pub(super) completion: Option<Pooled<Completion>>,
    pub(super) observed: Option<Box<Observed>>,
}

/// The observers of an entry.
#[derive(Debug)]
pub(super) struct Observed {
    pub(super) watched: Option<(Arc<Watcher>, Arc<Stamp>)>,
    pub(super) timed: Option<Arc<Timed>>,
}

impl Entry {
    /// An entry that is not in use.
    pub(super) fn empty() -> Self {
        Entry {
            command: Command::Marker,
            order: Events::new(),
            data: Events::new(),
            origin: None,
            completion: None,
            observed: None,
        }
    }

    /// Drops everything that the entry holds.
    pub(super) fn clear(&mut self) {
        if !matches!(self.command, Command::Marker) {
            self.command = Command::Marker;
        }
        self.order.clear();
        self.data.clear();
        self.completion = None;
        self.observed = None;
    }

    /// The event of the command.
    pub(super) fn event(&self) -> Event {
        match &self.completion {
            Some(completion) => completion.clone().into(),
            None => unreachable!("an entry in a queue is filled"),
        }
    }

    /// Whether the command may run, when those before it on its queue have.
    pub(super) fn may_run(&self) -> bool {
        self.order.iter().all(is_over)
    }

    /// The record of its times, if a timeline wants them.
    pub(super) fn timed(&self) -> Option<&Timed> {
        self.observed.as_ref()?.timed.as_deref()
    }

    /// Runs the command, after those before it on its queue. With a `fault` it fails with this message and touches
    /// nothing. With a `hold` on an engine it takes as long as the timing model says. Blocks this thread until the command
    /// may run.
    pub(super) fn run(&mut self, fault: Option<String>, hold: Option<&Hold<'_>>) {
        self.wait();
        if let Some(timed) = self.timed() {
            timed.begins();
        }
        let failed = self.data.iter().find_map(|event| match event.ask() {
            Status::Failed(failure) => Some(failure),
            _ => None,
        });
        let failure = |message| Failure::of_command(self.origin, message);
        let result = match (failed, fault) {
            (Some(failure), _) => Err(failure),
            (None, Some(message)) => Err(failure(message)),
            // SAFETY: the commands that it is ordered after are over, by `wait` and by the order of the queue.
            (None, None) => unsafe { execute::run(&self.command) }.map_err(failure),
        };
        if let Some(hold) = hold {
            hold.pass();
        }
        if let Some(observed) = &self.observed {
            observed.over(&self.command, result.is_err());
        }
        self.end(result);
    }

    /// Blocks this thread until the command may run.
    pub(super) fn wait(&self) {
        let pending = self.order.iter().filter(|event| !is_over(event));
        pending.for_each(|event| {
            event.block();
        });
    }

    /// The command has run. The handles to memory are dropped before the event says that the command does not touch it any
    /// more. The kernel, which is user code, is dropped after that, because its destructor may wait or panic.
    fn end(&mut self, result: Result<(), Arc<Failure>>) {
        self.order.clear();
        self.data.clear();
        match &mut self.command {
            Command::Launch(_, _, arguments) => arguments.clear(),
            Command::Marker | Command::Barrier => {}
            transfer => *transfer = Command::Marker,
        }
        if let Some(completion) = self.completion.take() {
            completion.over(result);
        }
    }
}

impl Observed {
    /// The command has run. Called before its event is over, so that its times are there by then.
    #[cold]
    fn over(&self, command: &Command<Cpu>, failed: bool) {
        if let Some(timed) = &self.timed {
            timed.ends(failed);
        }
        if let Some((watcher, stamp)) = &self.watched {
            watcher.over(stamp, command);
        }
    }
}

/// Whether a command is over.
fn is_over(event: &Event) -> bool {
    match event.record::<Completion>() {
        Some(record) => record.is_over(),
        None => event.known().is_terminal(),
    }
}
