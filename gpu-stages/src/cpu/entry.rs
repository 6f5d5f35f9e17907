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
    pub(super) completion: Pooled<Completion>,
    pub(super) observed: Option<Box<Observed>>,
}

/// The observers of an entry.
#[derive(Debug)]
pub(super) struct Observed {
    pub(super) watched: Option<(Arc<Watcher>, Arc<Stamp>)>,
    pub(super) timed: Option<Arc<Timed>>,
}

/// An entry whose `order` is over.
#[derive(Debug)]
pub(super) struct Runnable(Entry);

impl Entry {
    /// Whether the command may run, when those before it on its queue have.
    pub(super) fn may_run(&self) -> bool {
        self.order.iter().all(is_over)
    }

    /// The record of its times, if a timeline wants them.
    pub(super) fn timed(&self) -> Option<&Timed> {
        self.observed.as_ref()?.timed.as_deref()
    }

    /// Blocks this thread until the command may run.
    pub(super) fn wait(self) -> Runnable {
        let pending = self.order.iter().filter(|event| !is_over(event));
        pending.for_each(|event| {
            event.block();
        });
        Runnable(self)
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

/// Whether a command is over. For the device itself: no call is noted to have seen it.
fn is_over(event: &Event) -> bool {
    match event.record::<Completion>() {
        Some(record) => record.is_over(),
        None => event.known().is_terminal(),
    }
}

impl Runnable {
    pub(super) fn entry(&self) -> &Entry {
        &self.0
    }

    /// Runs the command, after those before it on its queue. With a `fault` it fails with this message and touches
    /// nothing. With a `hold` on an engine it takes as long as the timing model says.
    pub(super) fn run(self, fault: Option<String>, hold: Option<&Hold<'_>>) {
        let entry = self.0;
        if let Some(timed) = entry.timed() {
            timed.begins();
        }
        let failed = entry.data.iter().find_map(|event| match event.status() {
            Status::Failed(failure) => Some(failure),
            _ => None,
        });
        let failure = |message| Arc::new(Failure::new(entry.origin, message));
        let result = match (failed, fault) {
            (Some(failure), _) => Err(failure),
            (None, Some(message)) => Err(failure(message)),
            // SAFETY: the commands that it is ordered after are over, by `wait` and by the order of the queue.
            (None, None) => unsafe { execute::run(&entry.command) }.map_err(failure),
        };
        if let Some(hold) = hold {
            hold.pass();
        }
        // The handles to memory are dropped before the event says that the command does not touch it any more. The
        // kernel, which is user code, is dropped after that, because its destructor may wait or panic.
        if let Some(observed) = &entry.observed {
            observed.over(&entry.command, result.is_err());
        }
        drop((entry.order, entry.data));
        let kernel = match entry.command {
            Command::Launch(kernel, _, arguments) => {
                drop(arguments);
                Some(kernel)
            }
            _ => None,
        };
        entry.completion.over(result);
        drop(kernel);
    }
}
