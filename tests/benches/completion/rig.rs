//! What both devices offer: a queue that can be held, and commands whose ends can be waited for.

use std::future::Future;
use std::time::Instant;

/// A device with one queue.
pub trait Rig {
    /// The end of a command, for those who wait without the library.
    type End: End;

    const NAME: &'static str;

    /// Nothing that is enqueued from now on runs.
    fn hold(&mut self);

    /// What is enqueued runs.
    fn release(&mut self);

    /// The moment from which it can be known that the last command is over.
    fn over_since(&self) -> Instant;

    /// Enqueues a command. The future waits for its end in the library's way. All commands between a hold and its
    /// release have numbers of their own, which count from 0.
    fn pipeline(&mut self, number: usize) -> impl Future<Output = ()> + Send + 'static + use<Self>;

    /// Enqueues a command without the library's future.
    fn command(&mut self, number: usize) -> Self::End;
}

/// The end of a command.
pub trait End: Send + 'static {
    fn is_over(&self) -> bool;

    /// Blocks this thread until it is over.
    fn block(self);

    /// Has `wake` called when it is over, by whoever notices. `None` where nobody would.
    fn call_back(self, wake: impl FnOnce() + Send + 'static) -> Option<()>;
}
