//! [`EventSource`]: what a backend implements for the records that events are handles to.

use super::keys::WaitKey;
use crate::error::{Failure, Origin};
use crate::sync::clock::{Knowledge, Position, QueueId};
use crate::util::pool::{Node, Pooled, Recycle};
use crate::util::primitives::Arc;
use std::any::Any;
use std::fmt;
use std::task::Waker;

/// The state of a command. There are no more than these three, so that a `match` can be complete.
#[derive(Clone, Debug)]
pub enum Status {
    /// Queued or running.
    Pending,
    /// Done. Its effects are visible to the thread that saw this status.
    Complete,
    /// It failed, or a command whose data it needed did. It will not touch memory any more.
    Failed(Arc<Failure>),
}

impl Status {
    /// Whether the command is over, successful or not.
    pub fn is_terminal(&self) -> bool {
        !matches!(self, Status::Pending)
    }
}

/// What a backend's event record must be able to tell.
pub trait EventSource: Recycle<Object = dyn Erased> {
    /// The queue that the command was enqueued on.
    fn queue(&self) -> QueueId;

    /// The position of the command on that queue.
    fn position(&self) -> Position;

    /// What that queue has waited for, if the backend keeps it.
    fn knowledge(&self) -> Option<Pooled<Knowledge>>;

    /// The command's own status. Callbacks are hints only.
    fn status(&self) -> Status;

    /// The status as far as it is known without asking the device. It may be out of date, but not after a wake that
    /// [`register`](EventSource::register) promised.
    fn known(&self) -> Status;

    /// Whether the command has been seen to be over. Does not ask the device.
    fn is_noted_over(&self) -> bool;

    /// Whether the command has been seen to have succeeded. Does not ask the device.
    fn is_noted_good(&self) -> bool;

    /// Wakes `waker` once the command is over. Returns `false`, and keeps nothing, if it is known to be.
    ///
    /// The wait `key` has one waker: a new one replaces the one before.
    fn register(&self, key: WaitKey, waker: &Waker) -> bool;

    /// Removes the waker of the wait `key`.
    fn unregister(&self, key: WaitKey);

    /// A waiter outside of the queue is going to wait: a backend that makes native events lazily makes it now.
    fn announce(&self);

    /// The command, for messages.
    fn command(&self) -> CommandName;

    /// Nothing will ask for the outcome, and nothing relies on the data. A backend that learns of failures only when it asks
    /// looks after the command until its end.
    fn disown(&self) {}

    /// Whether the device makes progress by itself. If not, threads must not block for the command.
    fn runs_by_itself(&self) -> bool {
        true
    }
}

/// A command, as messages name it.
#[derive(Clone, Debug, Default)]
pub struct CommandName {
    /// The stage that enqueued it, if a stage did.
    pub origin: Option<Origin>,
    /// What it does.
    pub what: What,
}

/// What a command does.
#[derive(Clone, Debug)]
pub struct What {
    /// The name of the command.
    pub command: &'static str,
    /// The name of the kernel that a launch runs.
    pub kernel: Option<Arc<str>>,
}

impl Default for What {
    fn default() -> Self {
        What {
            command: "command",
            kernel: None,
        }
    }
}

impl fmt::Display for CommandName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let What { command, kernel } = &self.what;
        match kernel {
            Some(kernel) => write!(f, "the {command} of `{kernel}`")?,
            None => write!(f, "the {command}")?,
        }
        match self.origin {
            Some(origin) => write!(f, " by call {} in {origin}", origin.call),
            None => Ok(()),
        }
    }
}

/// The first command on `queue` that is not over, for messages. Looks at all commands of the backend whose events are kept.
pub(crate) fn first_pending<T: EventSource>(queue: QueueId) -> Option<CommandName> {
    let mut commands = T::pool().alive();
    commands.retain(|record| record.queue() == queue && !record.known().is_terminal());
    commands.sort_unstable_by_key(|record| record.position().earliest);
    let mut commands = commands.into_iter();
    let first = commands.find(|record| !record.status().is_terminal());
    first.map(|record| record.command())
}

/// A record of an [`EventSource`], made into an object.
#[allow(private_interfaces, reason = "the trait is the core's own")]
pub trait Erased: Send + Sync {
    fn source_free(&'static self);
    fn source_queue(&self) -> QueueId;
    fn source_position(&self) -> Position;
    fn source_knowledge(&self) -> Option<Pooled<Knowledge>>;
    fn source_status(&self) -> Status;
    fn source_known(&self) -> Status;
    fn source_noted_over(&self) -> bool;
    fn source_noted_good(&self) -> bool;
    fn source_register(&self, key: WaitKey, waker: &Waker) -> bool;
    fn source_unregister(&self, key: WaitKey);
    fn source_announce(&self);
    fn source_first_pending(&self) -> Option<CommandName>;
    fn source_disown(&self);
    fn source_runs_by_itself(&self) -> bool;
    fn source_record(&self) -> &dyn Any;
}

impl<T: EventSource> Erased for Node<T> {
    fn source_free(&'static self) {
        self.free();
    }
    fn source_queue(&self) -> QueueId {
        self.value().queue()
    }
    fn source_position(&self) -> Position {
        self.value().position()
    }
    fn source_knowledge(&self) -> Option<Pooled<Knowledge>> {
        self.value().knowledge()
    }
    fn source_status(&self) -> Status {
        self.value().status()
    }
    fn source_known(&self) -> Status {
        self.value().known()
    }
    fn source_noted_over(&self) -> bool {
        self.value().is_noted_over()
    }
    fn source_noted_good(&self) -> bool {
        self.value().is_noted_good()
    }
    fn source_register(&self, key: WaitKey, waker: &Waker) -> bool {
        self.value().register(key, waker)
    }
    fn source_unregister(&self, key: WaitKey) {
        self.value().unregister(key);
    }
    fn source_announce(&self) {
        self.value().announce();
    }
    fn source_first_pending(&self) -> Option<CommandName> {
        first_pending::<T>(self.value().queue())
    }
    fn source_disown(&self) {
        self.value().disown();
    }
    fn source_runs_by_itself(&self) -> bool {
        self.value().runs_by_itself()
    }
    fn source_record(&self) -> &dyn Any {
        self.value()
    }
}
