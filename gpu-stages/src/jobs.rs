//! [`JobQueue`]: a bounded number of frames in flight.

use futures_util::future::{Either, select};
use futures_util::stream::{FuturesUnordered, StreamExt};
use pin_project_lite::pin_project;
use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::num::NonZeroUsize;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

/// Futures in flight, at most so many; their results in the order in which they were pushed.
///
/// The futures run while one of the queue's own futures is awaited. An error surfaces from the next method that
/// is awaited, at once, whatever is still running before it; the other jobs and their results stay in the
/// queue. Dropping the queue drops the jobs in flight. Results are kept until they are taken.
///
/// ```
/// use gpu_stages::JobQueue;
///
/// # futures::executor::block_on(async {
/// let mut jobs = JobQueue::new(2);
/// let mut squares = Vec::new();
/// for frame in 0..5 {
///     jobs.push(async move { Ok::<_, std::io::Error>(frame * frame) }).await?;
///     squares.extend(jobs.pop());
/// }
/// while let Some(square) = jobs.next().await? {
///     squares.push(square);
/// }
/// assert_eq!(squares, [0, 1, 4, 9, 16]);
/// # Ok::<_, std::io::Error>(()) }).unwrap();
/// ```
///
/// # While the loop waits for something else
///
/// Nothing runs the jobs while the loop awaits anything but the queue, such as a socket's next frame: their next stages
/// are not enqueued, and the device is idle. A loop that receives waits for both:
///
/// ```
/// use futures::channel::mpsc;
/// use futures::stream::{self, StreamExt};
/// use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Queue};
/// use gpu_stages::{JobQueue, Resource, Result, gpu_pipeline};
/// use std::pin::pin;
///
/// #[gpu_pipeline]
/// async fn process(
///     #[queue] queue: Queue,
///     #[writes] data: DeviceBuffer<u32>,
///     #[writes] host: HostBuffer<u32>,
///     #[updates] answers: mpsc::UnboundedSender<u32>,
///     frame: u32,
/// ) -> Result<()> {
///     queue.fill(&mut data, frame)?;
///     queue.download(&data, &mut host)?;
///     let _ = answers.unbounded_send(host[0] + 1);
///     Ok(())
/// }
///
/// # async fn run() -> Result<()> {
/// # let device = Device::new();
/// # let queue = Queue::new(&device)?;
/// # let data = Resource::new(DeviceBuffer::new(&device, 1)?);
/// # let host = Resource::new(HostBuffer::new(&device, 1)?);
/// # let (sender, answers) = mpsc::unbounded();
/// # let sender = Resource::new(sender);
/// // Each frame comes only when the one before was answered.
/// let frames = stream::iter([1]).chain(answers).take(3);
/// let mut frames = pin!(frames.peekable());
/// let mut jobs = JobQueue::new(2);
/// loop {
///     // Runs the jobs until a frame is there, or none is left.
///     jobs.finish_before(0, frames.as_mut().peek()).await?;
///     let Some(frame) = frames.next().await else { break };
///     jobs.push(process(&queue, &data, &host, &sender, frame)).await?;
/// }
/// jobs.finish(0).await
/// # }
/// # futures::executor::block_on(run()).unwrap();
/// ```
///
/// The same with `select!`, for loops that wait for more than that: [`finish`](JobQueue::finish) loses no result when
/// its future is dropped, so that it can be one of the branches, as in the tutorial's last step.
///
/// # What a job holds while it is in the queue
///
/// A job has its place with each of its resources from when it was made, and keeps what it was granted until it is polled
/// to its end. A loop that awaits a use of the same resources behind `push` or `pop` waits for jobs that nothing polls:
/// it hangs, and a stall report says that a job `was woken` or `was never polled`. Such a loop first runs the jobs to
/// their ends with `finish(0)`, or makes the use a job of the queue. The same is true of `StreamExt::buffered`.
///
/// # Streams
///
/// Where the frames are a stream, `StreamExt::buffered` of the `futures` crate does the same: calls acquire
/// when the closure runs, so that the frames are in order. But who gives up the stream at an error, as `try_collect`
/// does, cancels the calls in flight.
///
/// ```
/// use futures::stream::{self, StreamExt, TryStreamExt};
/// use gpu_stages::{Resource, Result, gpu_pipeline};
///
/// #[gpu_pipeline]
/// async fn process(#[updates] total: u64, frame: u64) -> Result<u64> {
///     total += frame;
///     Ok(total + 0)
/// }
///
/// # futures::executor::block_on(async {
/// let total = Resource::new(0);
/// let sums: Vec<u64> = stream::iter(1..=4)
///     .map(|frame| process(&total, frame))
///     .buffered(3)
///     .try_collect()
///     .await?;
/// assert_eq!(sums, [1, 3, 6, 10]);
/// # Result::<()>::Ok(()) }).unwrap();
/// ```
pub struct JobQueue<F, T, E> {
    running: FuturesUnordered<Numbered<F>>,
    limit: NonZeroUsize,
    /// What became of the jobs that were not popped, oldest first.
    results: VecDeque<Slot<T>>,
    /// Number of the oldest entry of `results`.
    oldest: usize,
    errors: VecDeque<E>,
}

enum Slot<T> {
    Running,
    Done(T),
    Failed,
}

pin_project! {
    struct Numbered<F> {
        number: usize,
        #[pin]
        job: F,
    }
}

impl<F, T, E> fmt::Debug for JobQueue<F, T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobQueue")
            .field("limit", &self.limit)
            .field("in_flight", &self.running.len())
            .field("kept", &self.results.len())
            .field("errors", &self.errors.len())
            .finish_non_exhaustive()
    }
}

impl<F: Future> Future for Numbered<F> {
    type Output = (usize, F::Output);

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        this.job.poll(context).map(|output| (*this.number, output))
    }
}

impl<F: Future<Output = Result<T, E>>, T, E> JobQueue<F, T, E> {
    /// A queue of at most `limit` jobs in flight; 0 counts as 1.
    pub fn new(limit: usize) -> Self {
        JobQueue {
            running: FuturesUnordered::new(),
            limit: NonZeroUsize::new(limit).unwrap_or(NonZeroUsize::MIN),
            results: VecDeque::new(),
            oldest: 0,
            errors: VecDeque::new(),
        }
    }

    /// Jobs in flight.
    pub fn in_flight(&self) -> usize {
        self.running.len()
    }

    /// Waits until fewer jobs than the limit are in flight, then adds the job and starts it.
    ///
    /// If the future is dropped while there is no room, the job is dropped with it.
    ///
    /// A pipeline called in the argument acquires before there is room. Two queues of jobs that share resources could
    /// then wait for each other, each with a job at hand that the other's jobs are behind: make room first,
    /// `jobs.finish(limit - 1).await?`, and call the pipeline after it.
    ///
    /// # Errors
    ///
    /// The first error that has not surfaced yet, of any job. The job is in the queue all the same.
    pub async fn push(&mut self, job: F) -> Result<(), E> {
        poll_fn(|context| self.poll_room(context)).await;
        let number = self.oldest + self.results.len();
        self.results.push_back(Slot::Running);
        self.running.push(Numbered { number, job });
        self.clean().await
    }

    fn poll_room(&mut self, context: &mut Context<'_>) -> Poll<()> {
        while self.running.len() >= self.limit.get() {
            match ready!(self.running.poll_next_unpin(context)) {
                Some((number, result)) => self.note(number, result),
                None => break,
            }
        }
        Poll::Ready(())
    }

    /// Runs the jobs, and waits until at most `remaining` are in flight.
    ///
    /// # Errors
    ///
    /// The first error that has not surfaced yet, at once. Call again to go on.
    pub async fn finish(&mut self, remaining: usize) -> Result<(), E> {
        poll_fn(|context| self.poll_finish(remaining, context)).await
    }

    /// Runs whatever can run, so that new jobs start even when there is nothing to wait for.
    fn poll_finish(&mut self, remaining: usize, context: &mut Context<'_>) -> Poll<Result<(), E>> {
        loop {
            if let Some(error) = self.errors.pop_front() {
                return Poll::Ready(Err(error));
            }
            match self.running.poll_next_unpin(context) {
                Poll::Ready(Some((number, result))) => self.note(number, result),
                Poll::Pending if self.running.len() > remaining => return Poll::Pending,
                Poll::Pending | Poll::Ready(None) => return Poll::Ready(Ok(())),
            }
        }
    }

    /// As [`finish`](JobQueue::finish), but gives up when `deadline` resolves: `false` if it did.
    ///
    /// # Errors
    ///
    /// As [`finish`](JobQueue::finish).
    pub async fn finish_before(
        &mut self,
        remaining: usize,
        deadline: impl Future,
    ) -> Result<bool, E> {
        let finish = pin!(self.finish(remaining));
        match select(finish, pin!(deadline)).await {
            Either::Left((result, _)) => result.map(|()| true),
            Either::Right(_) => Ok(false),
        }
    }

    /// Takes note of the jobs that are done, without waiting for others.
    ///
    /// # Errors
    ///
    /// As [`finish`](JobQueue::finish).
    pub async fn clean(&mut self) -> Result<(), E> {
        self.finish_before(0, std::future::ready(()))
            .await
            .map(drop)
    }

    /// The result of the oldest job whose result was not taken, if it is done. Failed jobs are passed over:
    /// their errors surface elsewhere.
    pub fn pop(&mut self) -> Option<T> {
        loop {
            let slot = self.results.pop_front()?;
            self.oldest += 1;
            match slot {
                Slot::Done(result) => return Some(result),
                Slot::Failed => {}
                // A job that panicked is gone without a result.
                Slot::Running if self.running.is_empty() => {}
                Slot::Running => {
                    self.oldest -= 1;
                    self.results.push_front(Slot::Running);
                    return None;
                }
            }
        }
    }

    /// The result of the oldest job whose result was not taken, when it is done; `None` when there is no job
    /// left.
    ///
    /// # Errors
    ///
    /// As [`finish`](JobQueue::finish).
    pub async fn next(&mut self) -> Result<Option<T>, E> {
        loop {
            if let Some(result) = self.pop() {
                return Ok(Some(result));
            }
            match self.in_flight() {
                0 => return self.finish(0).await.map(|()| None),
                running => self.finish(running - 1).await?,
            }
        }
    }

    fn note(&mut self, number: usize, result: Result<T, E>) {
        let slot = match result {
            Ok(result) => Slot::Done(result),
            Err(error) => {
                self.errors.push_back(error);
                Slot::Failed
            }
        };
        self.results[number - self.oldest] = slot;
    }
}
