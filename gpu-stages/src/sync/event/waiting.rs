//! Waits of tasks and threads for an event.

use super::handle::Event;
use super::keys::WaitKey;
use super::source::Status;
use crate::error::Failure;
use crate::util::primitives::{Arc, thread, thread_local};
use std::borrow::Borrow;
use std::future::poll_fn;
use std::task::{Context, Poll, Wake, Waker};

impl Event {
    /// Resolves when the command is over: to its [`Failure`] if it failed.
    ///
    /// No thread waits and `poll` never spins. Dropping the future removes its waker.
    pub async fn wait(&self) -> Result<(), Arc<Failure>> {
        let mut wait = Wait::of(self);
        let result = poll_fn(|context| wait.poll(context)).await;
        result.inspect_err(|failure| failure.note_told())
    }

    /// Blocks this thread until the command is over. For device threads and for shutdown, never for tasks.
    pub(crate) fn block(&self) -> Status {
        loop {
            let status = self.known();
            if status.is_terminal() {
                return status;
            }
            if UNPARK.with(|(key, waker)| self.register(*key, waker)) {
                thread::park();
            }
        }
    }
}

/// One wait of a task for an event.
pub(crate) struct Wait<E: Borrow<Event>> {
    event: E,
    /// Set while a waker is registered with the event.
    key: Option<WaitKey>,
}

impl<E: Borrow<Event>> Wait<E> {
    pub fn of(event: E) -> Self {
        Wait { event, key: None }
    }

    pub fn event(&self) -> &Event {
        self.event.borrow()
    }

    /// Whether the task had to be woken.
    pub fn was_suspended(&self) -> bool {
        self.key.is_some()
    }

    pub fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Arc<Failure>>> {
        loop {
            match self.event().known() {
                Status::Complete => return Poll::Ready(Ok(())),
                Status::Failed(failure) => return Poll::Ready(Err(failure)),
                Status::Pending => {
                    let was_suspended = self.was_suspended();
                    let key = *self.key.get_or_insert_with(WaitKey::unique);
                    if self.event().register(key, context.waker()) {
                        return Poll::Pending;
                    }
                    // Over in the meantime: the next status tells the outcome.
                    self.key = self.key.filter(|_| was_suspended);
                }
            }
        }
    }
}

impl<E: Borrow<Event>> Drop for Wait<E> {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            self.event().unregister(key);
        }
    }
}

thread_local! {
    static UNPARK: (WaitKey, Waker) =
        (WaitKey::unique(), Arc::new(Unpark(thread::current())).into());
}

/// Wakes a thread that waits in [`Event::block`].
struct Unpark(thread::Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
