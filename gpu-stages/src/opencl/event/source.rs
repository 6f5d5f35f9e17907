//! What the core asks of a command's event.

use super::completion::Completion;
use super::thread;
use crate::sync::clock::{Knowledge, Position, QueueId};
use crate::sync::event::{CommandName, EventSource, Status, WaitKey};
use crate::util::pool::Pooled;
use crate::util::primitives::{Ordering, lock};
use std::task::Waker;

impl EventSource for Completion {
    fn queue(&self) -> QueueId {
        self.place().queue
    }

    fn position(&self) -> Position {
        self.place().position
    }

    fn knowledge(&self) -> Option<Pooled<Knowledge>> {
        let rest = lock(&self.rest);
        let queue = rest.queue.as_ref();
        queue.map(|queue| queue.identity.knowledge.clone())
    }

    fn status(&self) -> Status {
        match self.noted() {
            Status::Pending => self.ask(),
            known => known,
        }
    }

    fn known(&self) -> Status {
        match self.noted() {
            Status::Pending if self.is_hinted.swap(false, Ordering::AcqRel) => self.ask(),
            known => known,
        }
    }

    fn is_noted_over(&self) -> bool {
        self.is_closed()
    }

    fn is_noted_good(&self) -> bool {
        self.is_closed_as_complete()
    }

    fn register(&self, key: WaitKey, waker: &Waker) -> bool {
        if self.known().is_terminal() {
            return false;
        }
        let own = waker.clone();
        let (old, is_armed) = {
            let mut rest = lock(&self.rest);
            let old = rest.wakers.keep(key, own);
            (old, std::mem::replace(&mut rest.is_armed, true))
        };
        drop(old);
        if !is_armed {
            self.set_callback();
            if let Some(wait) = self.downgrade() {
                thread::look_after(wait);
            }
        }
        // A hint that came before the waker was there has woken no task.
        if self.is_hinted.load(Ordering::Acquire) || self.is_closed() {
            waker.wake_by_ref();
        }
        true
    }

    fn unregister(&self, key: WaitKey) {
        let old = lock(&self.rest).wakers.remove(key);
        drop(old);
    }

    fn command(&self) -> CommandName {
        lock(&self.rest).command.clone()
    }

    fn announce(&self) {
        if !self.noted().is_terminal() {
            self.native();
        }
    }

    /// The thread of events looks at the command until it is over.
    fn disown(&self) {
        if self.log_failure()
            && let Some(wait) = self.downgrade()
        {
            thread::hold(wait);
        }
    }
}
