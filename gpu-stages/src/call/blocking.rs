//! Blocking host stages: work that would block an executor's thread, moved to another thread.

use super::handle::Call;
use crate::error::{Error, Result};
use crate::sync::current;
use crate::sync::waits::{OtherWait, Progress};
use crate::util::panics::message;
use crate::util::primitives::{Arc, Mutex, OnceLock, Ordering, lock};
use std::future::poll_fn;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::task::{Poll, Waker};
use std::thread;

/// Work for another thread.
pub type BlockingJob = Box<dyn FnOnce() + Send>;

static SPAWNER: OnceLock<fn(BlockingJob)> = OnceLock::new();

/// Sets what runs blocking stages; the first call counts. Without it they run on tokio's blocking pool where a tokio
/// runtime is current (feature `tokio`), and each on a new thread elsewhere.
///
/// ```
/// gpu_stages::set_blocking_spawner(|job| drop(std::thread::spawn(job))).unwrap();
/// assert!(gpu_stages::set_blocking_spawner(|job| job()).is_err());
/// ```
///
/// # Errors
///
/// The one that was set before.
pub fn set_blocking_spawner(spawner: fn(BlockingJob)) -> Result<(), fn(BlockingJob)> {
    let mut set = false;
    let current = *SPAWNER.get_or_init(|| {
        set = true;
        spawner
    });
    if set { Ok(()) } else { Err(current) }
}

enum Outcome<R> {
    Running(Option<Waker>),
    Done(thread::Result<R>),
    /// The spawner dropped the job without running it.
    Lost,
    Taken,
}

/// Runs `job` on a thread where it may block, and resolves to what it returns.
///
/// The job starts when the future is first polled. Dropping the future does not stop it: what was moved into it, guards
/// included, is kept until it is done.
///
/// # Errors
///
/// [`Error::NoThread`] when there is no thread for the job, with what the operating system says; or when the spawner drops
/// it, as a runtime does that shuts down. The job was not run then, and what was moved into it is dropped.
///
/// # Panics
///
/// If the job panics, with the same payload.
pub async fn blocking<R: Send + 'static>(job: impl FnOnce() -> R + Send + 'static) -> Result<R> {
    let shared = Arc::new(Shared {
        job: Mutex::new(Some(job)),
        outcome: Mutex::new(Outcome::Running(None)),
    });
    let (report, span) = (Report(shared.clone()), CurrentSpan::now());
    let (call, progress) = (current::current(), Arc::new(Progress::default()));
    let ours = progress.clone();
    let told = OtherWait::for_blocking_stage(&progress);
    let spawned = spawn(Box::new(move || {
        if let Some(job) = report.0.take() {
            ours.has_begun.store(true, Ordering::Relaxed);
            // The calls that the stage makes are made in a stage of this call.
            let before = current::replace(call);
            let result = span.within(|| catch_unwind(AssertUnwindSafe(job)));
            current::replace(before);
            ours.is_over.store(true, Ordering::Relaxed);
            report.0.end(Outcome::Done(result));
        }
    }));
    if let Err(reason) = spawned {
        // The spawner may have kept what it could not begin: then it finds nothing to run.
        if let Some(job) = shared.take() {
            drop(job);
            return Err(not_run(reason));
        }
    }
    let outcome = poll_fn(|context| {
        let waker = context.waker().clone();
        let mut outcome = lock(&shared.outcome);
        let old = match &mut *outcome {
            Outcome::Running(kept) => kept.replace(waker),
            done => return Poll::Ready(std::mem::replace(done, Outcome::Taken)),
        };
        drop(outcome);
        drop(old);
        Poll::Pending
    });
    let outcome = outcome.await;
    drop(told);
    match outcome {
        Outcome::Done(Ok(result)) => Ok(result),
        Outcome::Done(Err(panic)) => resume_unwind(panic),
        _ => {
            drop(shared.take());
            let reason = "its spawner dropped it, as a runtime does that shuts down";
            Err(not_run(io::Error::other(reason)))
        }
    }
}

fn not_run(reason: io::Error) -> Error {
    Error::NoThread {
        by: Call::running().map(|call| call.origin()),
        reason: Arc::new(reason),
    }
}

/// A job, and how it ended.
struct Shared<F, R> {
    /// None once it was taken out, to be run or to be given up.
    job: Mutex<Option<F>>,
    outcome: Mutex<Outcome<R>>,
}

impl<F, R> Shared<F, R> {
    fn take(&self) -> Option<F> {
        lock(&self.job).take()
    }

    /// Tells the waiting future how the job ended, if it was not told before.
    fn end(&self, new: Outcome<R>) {
        let mut outcome = lock(&self.outcome);
        if let Outcome::Running(waker) = &mut *outcome {
            let waker = waker.take();
            *outcome = new;
            drop(outcome);
            waker.into_iter().for_each(Waker::wake);
        }
    }
}

/// Tells the waiting future how the job ended, in any case.
struct Report<F, R>(Arc<Shared<F, R>>);

impl<F, R> Drop for Report<F, R> {
    fn drop(&mut self) {
        self.0.end(Outcome::Lost);
    }
}

/// Has a thread run the job. The error is why there is none.
fn spawn(job: BlockingJob) -> io::Result<()> {
    if let Some(spawner) = SPAWNER.get() {
        return contained(|| spawner(job));
    }
    #[cfg(feature = "tokio")]
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        return contained(|| drop(runtime.spawn_blocking(job)));
    }
    let name = "gpu-stages blocking".into();
    thread::Builder::new().name(name).spawn(job).map(drop)
}

/// Calls a spawner. Those of `std` and tokio panic when they get no thread.
fn contained(spawn: impl FnOnce()) -> io::Result<()> {
    let spawned = catch_unwind(AssertUnwindSafe(spawn));
    spawned.map_err(|panic| {
        let text = format!("its spawner panicked: {}", message(panic));
        io::Error::other(text)
    })
}

/// The span that this thread is in, for work that continues on another thread.
#[cfg(feature = "tracing")]
struct CurrentSpan(tracing::Span);

#[cfg(feature = "tracing")]
impl CurrentSpan {
    fn now() -> Self {
        CurrentSpan(tracing::Span::current())
    }

    fn within<R>(self, work: impl FnOnce() -> R) -> R {
        self.0.in_scope(work)
    }
}

/// There are no spans without the feature `tracing`.
#[cfg(not(feature = "tracing"))]
struct CurrentSpan;

#[cfg(not(feature = "tracing"))]
impl CurrentSpan {
    fn now() -> Self {
        CurrentSpan
    }

    fn within<R>(self, work: impl FnOnce() -> R) -> R {
        work()
    }
}
