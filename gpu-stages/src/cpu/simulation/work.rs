//! [`HostWork`]: host stages that take virtual time.

use super::shared::Shared;
use crate::util::primitives::Arc;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

/// Work of the host in virtual time; see [`Simulation::host_work`](super::Simulation::host_work).
///
/// Dropping it gives the work up.
#[derive(Debug)]
#[must_use = "work begins when it is first polled"]
pub struct HostWork {
    shared: Arc<Shared>,
    duration: Duration,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    New,
    Begun(u64),
    Done,
}

impl HostWork {
    pub(super) fn new(shared: Arc<Shared>, duration: Duration) -> Self {
        HostWork {
            shared,
            duration,
            state: State::New,
        }
    }
}

impl Future for HostWork {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let waker = context.waker().clone();
        let key = match self.state {
            State::Done => return Poll::Ready(()),
            State::New => {
                let key = self.shared.state().begin_work(self.duration, waker);
                self.state = State::Begun(key);
                self.shared.notify();
                return Poll::Pending;
            }
            State::Begun(key) => key,
        };
        let waits = self.shared.state().wait_for_work(key, waker);
        // Wakers are dropped outside of the lock.
        if waits.is_ok() {
            return Poll::Pending;
        }
        self.state = State::Done;
        Poll::Ready(())
    }
}

impl Drop for HostWork {
    fn drop(&mut self) {
        if let State::Begun(key) = self.state {
            let waker = self.shared.state().end_work(key);
            drop(waker);
        }
    }
}
