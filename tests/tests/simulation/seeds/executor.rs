//! Tasks that remember whether they were woken.

use super::world::Task;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake};

#[derive(Default)]
pub struct Tasks(Vec<Entry>);

struct Entry {
    task: Task,
    woken: Arc<Woken>,
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl Tasks {
    pub fn add(&mut self, task: Task) {
        let woken = Arc::new(Woken(AtomicBool::new(true)));
        self.0.push(Entry { task, woken });
    }

    pub fn left(&self) -> usize {
        self.0.len()
    }

    /// The tasks that were woken since they were polled.
    pub fn woken(&self) -> Vec<usize> {
        let woken = |index: &usize| self.0[*index].woken.0.load(Ordering::SeqCst);
        (0..self.0.len()).filter(woken).collect()
    }

    /// Polls a task. What panics on purpose has ended.
    pub fn poll(&mut self, index: usize) {
        let Entry { task, woken } = &mut self.0[index];
        woken.0.store(false, Ordering::SeqCst);
        let waker = woken.clone().into();
        let mut context = Context::from_waker(&waker);
        let polled = catch_unwind(AssertUnwindSafe(|| task.as_mut().poll(&mut context)));
        match polled {
            Ok(Poll::Pending) => return,
            Ok(Poll::Ready(())) => {}
            Err(panic) if panic.downcast_ref() == Some(&"on purpose") => {}
            Err(panic) => resume_unwind(panic),
        }
        self.0.swap_remove(index);
    }

    /// Polls one of the tasks, woken or not.
    pub fn poll_any(&mut self, choice: usize) {
        if let Some(index) = choice.checked_rem(self.0.len()) {
            self.poll(index);
        }
    }

    /// Drops one of the tasks; whether there was any.
    pub fn drop_one(&mut self, choice: usize) -> bool {
        let index = choice.checked_rem(self.0.len());
        if let Some(index) = index {
            drop(self.0.swap_remove(index));
        }
        index.is_some()
    }
}
