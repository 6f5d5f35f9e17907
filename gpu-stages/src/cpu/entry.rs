//! One enqueued command of the embedded device.

use super::event::Completion;
use super::hazards::{Stamp, Watcher};
use super::timed::Timed;
use super::timing::Hold;
use super::{Cpu, execute};
use crate::backend::Command;
use crate::error::{Failure, Origin};
use crate::sync::event::{Event, Events, Status};
use crate::util::pool::Pooled;
use crate::util::primitives::Arc;

#[derive(Debug)]
pub(super) struct Entry {
    pub(super) command: Command<Cpu>,
    pub(super) order: Events,
    pub(super) data: Events,
    pub(super) origin: Option<Origin>,
    pub(super) completion: Pooled<Completion>,
    pub(super) observed: Option<Box<Observed>>,
}

/// Who wants to know of an entry.
#[derive(Debug)]
pub(super) struct Observed {
    pub(super) watched: Option<(Arc<Watcher>, Arc<Stamp>)>,
    pub(super) timed: Option<Arc<Timed>>,
}

/// An entry whose `order` is over.
#[derive(Debug)]
pub(super) struct Due(Entry);

impl Entry {
    /// Whether the command may run, when those before it on its queue have.
    pub(super) fn may_run(&self) -> bool {
        self.order.iter().all(is_over)
    }

    /// Where its times are noted, if anybody wants them.
    pub(super) fn timed(&self) -> Option<&Timed> {
        self.observed.as_ref()?.timed.as_deref()
    }

    /// Blocks this thread until the command may run.
    pub(super) fn wait(self) -> Due {
        let pending = self.order.iter().filter(|event| !is_over(event));
        pending.for_each(|event| {
            event.block();
        });
        Due(self)
    }
}

impl Observed {
    /// The command has run. Whoever sees that it is over finds its times.
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

impl Due {
    pub(super) fn entry(&self) -> &Entry {
        &self.0
    }

    /// Runs the command, after those before it on its queue; with a `fault` it fails with this message and touches
    /// nothing. If an engine works for it, in real time, it takes as long as it should.
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
            // SAFETY: what the command is behind is over, by `wait` and by the order of the queue.
            (None, None) => unsafe { execute::run(&entry.command) }.map_err(failure),
        };
        if let Some(hold) = hold {
            hold.pass();
        }
        // The memory is given back before the event says that nobody touches it any more; what user code holds
        // is dropped after it, because its destructors may wait or panic.
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
