//! Blocking host stages: work that would block an executor's thread, moved to another thread.

use crate::sync::current;
use crate::sync::waits::{OtherWait, Progress};
use crate::util::primitives::{Arc, Mutex, OnceLock, Ordering, lock};
use std::future::poll_fn;
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
/// # Panics
///
/// If the job panics, with the same payload; or if the spawner drops it, as at the shutdown of a runtime.
pub async fn blocking<R: Send + 'static>(job: impl FnOnce() -> R + Send + 'static) -> R {
    let shared = Arc::new(Mutex::new(Outcome::Running(None)));
    let (report, span) = (Report(shared.clone()), CurrentSpan::now());
    let (call, progress) = (current::current(), Arc::new(Progress::default()));
    let ours = progress.clone();
    let told = OtherWait::for_blocking_stage(&progress);
    spawn(Box::new(move || {
        ours.has_begun.store(true, Ordering::Relaxed);
        // The calls that the stage makes are made in a stage of this call.
        let before = current::replace(call);
        let result = span.within(|| catch_unwind(AssertUnwindSafe(job)));
        current::replace(before);
        ours.is_over.store(true, Ordering::Relaxed);
        report.send(Outcome::Done(result));
    }));
    let outcome = poll_fn(|context| {
        let waker = context.waker().clone();
        let mut outcome = lock(&shared);
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
        Outcome::Done(Ok(result)) => result,
        Outcome::Done(Err(panic)) => resume_unwind(panic),
        _ => panic!("a blocking stage was dropped before it ran: its spawner is shutting down"),
    }
}

/// Tells the waiting future how the job ended, in any case.
struct Report<R>(Arc<Mutex<Outcome<R>>>);

impl<R> Report<R> {
    fn send(&self, new: Outcome<R>) {
        let mut outcome = lock(&self.0);
        if let Outcome::Running(waker) = &mut *outcome {
            let waker = waker.take();
            *outcome = new;
            drop(outcome);
            waker.into_iter().for_each(Waker::wake);
        }
    }
}

impl<R> Drop for Report<R> {
    fn drop(&mut self) {
        self.send(Outcome::Lost);
    }
}

fn spawn(job: BlockingJob) {
    if let Some(spawner) = SPAWNER.get() {
        return spawner(job);
    }
    #[cfg(feature = "tokio")]
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        drop(runtime.spawn_blocking(job));
        return;
    }
    // A thread that cannot be started drops the job, which tells the future.
    let name = "gpu-stages blocking".into();
    drop(thread::Builder::new().name(name).spawn(job));
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
