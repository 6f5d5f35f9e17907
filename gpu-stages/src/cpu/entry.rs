//! One enqueued command of the embedded device.

use super::backend::Cpu;
use super::event::Completion;
use super::execute;
use super::hazards::{Stamp, Watcher};
use super::timed::Timed;
use super::timing::Hold;
use crate::backend::Command;
use crate::error::{Failure, Origin};
use crate::sync::event::{Event, EventSource, Events, Status};
use crate::util::panics::message;
use crate::util::pool::Pooled;
use crate::util::primitives::Arc;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A command that was enqueued, and what to do around it.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) command: Command<Cpu>,
    pub(super) order: Events,
    pub(super) data: Events,
    /// Whether everything that the command is ordered after is over.
    pub(super) has_begun: bool,
    /// None only while the entry is empty.
    pub(super) completion: Option<Pooled<Completion>>,
    pub(super) observed: Option<Box<Observed>>,
}

/// In which setting a command runs.
#[derive(Debug, Default)]
pub(super) struct Setting<'a> {
    /// The command fails with this message.
    pub(super) fault: Option<String>,
    /// The engine that it has for as long as the timing model says.
    pub(super) hold: Option<Hold<'a>>,
}

/// A command that has not come to its end, because a panic kept its queue from it.
pub(super) struct Lost {
    completion: Pooled<Completion>,
    failure: Arc<Failure>,
}

impl Lost {
    /// The command is over: it failed.
    pub(super) fn fail(self) {
        self.completion.over(Err(self.failure));
    }
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
            has_begun: false,
            completion: None,
            observed: None,
        }
    }

    /// Takes out what is left of a command that has begun, but has not come to its end.
    pub(super) fn take_lost(&mut self) -> Option<Lost> {
        let has_begun = std::mem::take(&mut self.has_begun);
        // The event of a command that has not begun stays pending: what that waits for may still touch memory.
        let completion = self.completion.take().filter(|_| has_begun)?;
        let origin = completion.command().origin;
        let failure = Failure::of_command(origin, "the device lost the command");
        Some(Lost {
            completion,
            failure,
        })
    }

    /// Drops everything else that the entry holds.
    pub(super) fn clear(&mut self) {
        if !matches!(self.command, Command::Marker) {
            self.command = Command::Marker;
        }
        self.order.clear();
        self.data.clear();
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

    /// Runs the command, after those before it on its queue, in the setting that `set` makes once it may run. Blocks this
    /// thread until then. A panic on the way makes the command fail.
    pub(super) fn run<'a>(&mut self, set: impl FnOnce(&Self) -> Setting<'a>) {
        self.wait();
        self.has_begun = true;
        let mut hold = None;
        let ran = catch_unwind(AssertUnwindSafe(|| {
            let setting = set(self);
            hold = setting.hold;
            self.execute(setting.fault)
        }));
        let result = ran.unwrap_or_else(|panic| {
            let text = format!("the device panicked: {}", message(panic));
            Err(self.failure(text))
        });
        if let Some(hold) = &hold {
            hold.pass();
        }
        if let Some(observed) = &self.observed {
            observed.over(&self.command, result.is_err());
        }
        self.end(result);
    }

    /// Executes the command, which may run. With a `fault` it fails with this message and touches nothing.
    fn execute(&self, fault: Option<String>) -> Result<(), Arc<Failure>> {
        if let Some(timed) = self.timed() {
            timed.begins();
        }
        let failed = self.data.iter().find_map(|event| match event.ask() {
            Status::Failed(failure) => Some(failure),
            _ => None,
        });
        match (failed, fault) {
            (Some(failure), _) => Err(failure),
            (None, Some(message)) => Err(self.failure(message)),
            // SAFETY: the commands that it is ordered after are over, by `wait` and by the order of the queue.
            (None, None) => unsafe { execute::run(&self.command) }.map_err(|it| self.failure(it)),
        }
    }

    fn failure(&self, message: String) -> Arc<Failure> {
        Failure::of_command(self.origin(), message)
    }

    /// The stage that enqueued the command.
    pub(super) fn origin(&self) -> Option<Origin> {
        self.completion.as_ref()?.command().origin
    }

    /// Blocks this thread until the command may run.
    fn wait(&self) {
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
