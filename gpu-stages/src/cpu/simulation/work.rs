//! [`HostWork`]: host stages that take virtual time.

use super::shared::Shared;
use crate::util::primitives::Arc;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

/// Work of the host in virtual time; see [`Simulation::host_work`](super::Simulation::host_work).
///
/// Dropping it gives up the work.
#[derive(Debug)]
#[must_use = "work begins when it is first polled"]
pub struct HostWork {
    shared: Arc<Shared>,
    duration: Duration,
    progress: Progress,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Progress {
    New,
    Begun(u64),
    Done,
}

impl HostWork {
    pub(super) fn new(shared: Arc<Shared>, duration: Duration) -> Self {
        HostWork {
            shared,
            duration,
            progress: Progress::New,
        }
    }
}

impl Future for HostWork {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let waker = context.waker().clone();
        let key = match self.progress {
            Progress::Done => return Poll::Ready(()),
            Progress::New => {
                let key = self.shared.state().begin_work(self.duration, waker);
                self.progress = Progress::Begun(key);
                self.shared.notify();
                return Poll::Pending;
            }
            Progress::Begun(key) => key,
        };
        let waits = self.shared.state().wait_for_work(key, waker);
        // Wakers are dropped outside of the lock.
        if waits.is_ok() {
            return Poll::Pending;
        }
        self.progress = Progress::Done;
        Poll::Ready(())
    }
}

impl Drop for HostWork {
    fn drop(&mut self) {
        if let Progress::Begun(key) = self.progress {
            let waker = self.shared.state().end_work(key);
            drop(waker);
        }
    }
}
