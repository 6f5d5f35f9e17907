//! Tasks that are polled only when they were woken: a wake that is lost shows as a task that stays.

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::task::{Context, Poll, Wake};
use std::time::Duration;

/// What a task gives, or what it panicked with.
pub type Outcome<T> = Result<T, Box<dyn Any + Send>>;

/// A future of any pipeline.
pub type Job<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// After so long without a wake, the tasks that are left count as stuck.
const PATIENCE: Duration = Duration::from_secs(20);

/// Several tasks, by number.
pub struct Tasks<T> {
    tasks: Vec<Task<T>>,
    bell: Arc<Bell>,
}

struct Task<T> {
    job: Option<Job<T>>,
    outcome: Option<Outcome<T>>,
    woken: Arc<Woken>,
}

#[derive(Default)]
struct Bell {
    rung: Mutex<bool>,
    changed: Condvar,
}

struct Woken {
    flag: AtomicBool,
    bell: Arc<Bell>,
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.flag.store(true, Ordering::SeqCst);
        *self.bell.rung.lock().unwrap() = true;
        self.bell.changed.notify_all();
    }
}

impl<T> Tasks<T> {
    /// The tasks, none of which was polled yet.
    pub fn new(jobs: impl IntoIterator<Item = Job<T>>) -> Self {
        let bell = Arc::new(Bell::default());
        let task = |job| Task {
            job: Some(job),
            outcome: None,
            woken: Arc::new(Woken {
                flag: AtomicBool::new(true),
                bell: bell.clone(),
            }),
        };
        Tasks {
            tasks: jobs.into_iter().map(task).collect(),
            bell,
        }
    }

    pub fn len(&self) -> usize {
        self.tasks.len()
    }

    /// Polls a task if it was woken since the last time.
    pub fn poll_if_woken(&mut self, index: usize) {
        if self.is_woken(index) {
            self.poll(index);
        }
    }

    /// Polls a task when it is woken; until then, all others.
    pub fn poll_when_woken(&mut self, index: usize) {
        let others = |other: &usize| *other != index;
        while self.tasks[index].job.is_some() && !self.is_woken(index) {
            self.silence();
            (0..self.tasks.len())
                .filter(others)
                .for_each(|other| self.poll_if_woken(other));
            if !self.is_woken(index) {
                self.wait(&[index]);
            }
        }
        self.poll(index);
    }

    fn is_woken(&self, index: usize) -> bool {
        self.tasks[index].woken.flag.load(Ordering::SeqCst)
    }

    fn silence(&self) {
        *self.bell.rung.lock().unwrap() = false;
    }

    /// Waits for a wake that `tasks` need.
    fn wait(&self, tasks: &[usize]) {
        let rung = self.bell.rung.lock().unwrap();
        let waiting = |rung: &mut bool| !*rung;
        let changed = &self.bell.changed;
        let waited = changed.wait_timeout_while(rung, PATIENCE, waiting);
        let timeout = waited.unwrap().1;
        assert!(!timeout.timed_out(), "no wake for tasks {tasks:?}");
    }

    /// Polls a task, woken or not; whether it is still running.
    pub fn poll(&mut self, index: usize) -> bool {
        let task = &mut self.tasks[index];
        let Some(job) = &mut task.job else {
            return false;
        };
        task.woken.flag.store(false, Ordering::SeqCst);
        let waker = task.woken.clone().into();
        let mut context = Context::from_waker(&waker);
        let polled = catch_unwind(AssertUnwindSafe(|| job.as_mut().poll(&mut context)));
        let outcome = match polled {
            Ok(Poll::Pending) => return true,
            Ok(Poll::Ready(value)) => Ok(value),
            Err(panic) => Err(panic),
        };
        task.outcome = Some(outcome);
        task.job = None;
        false
    }

    /// Takes a task away, in whatever state it is.
    pub fn take(&mut self, index: usize) -> Option<Job<T>> {
        self.tasks[index].job.take()
    }

    /// Runs what is there until all are done or only those are left that `may_stay`.
    pub fn run(&mut self, may_stay: impl Fn(usize) -> bool) {
        loop {
            self.silence();
            for index in 0..self.tasks.len() {
                self.poll_if_woken(index);
            }
            let left: Vec<usize> = (0..self.tasks.len())
                .filter(|&index| self.tasks[index].job.is_some())
                .collect();
            if left.iter().all(|&index| may_stay(index)) {
                return;
            }
            self.wait(&left);
        }
    }

    /// What came of each task; `None` if it is not done.
    pub fn outcomes(self) -> Vec<Option<Outcome<T>>> {
        self.tasks.into_iter().map(|task| task.outcome).collect()
    }
}
