//! `JobQueue`: bounded, in order, first error at once, nothing lost.

use futures::channel::oneshot;
use futures::executor::block_on;
use gpu_stages::JobQueue;
use gpu_stages_tests::poll_once;
use std::cell::Cell;
use std::future::Future;
use std::pin::{Pin, pin};
use std::rc::Rc;

type Job = Pin<Box<dyn Future<Output = Result<u32, &'static str>>>>;

/// A job that ends when it is told how.
fn controlled() -> (oneshot::Sender<Result<u32, &'static str>>, Job) {
    let (sender, receiver) = oneshot::channel();
    (sender, Box::pin(async { receiver.await.unwrap() }))
}

fn pop_all<F, T, E>(jobs: &mut JobQueue<F, T, E>) -> Vec<T>
where
    F: Future<Output = Result<T, E>>,
{
    std::iter::from_fn(|| jobs.pop()).collect()
}

#[test]
fn results_come_in_the_order_of_the_jobs() {
    let mut jobs = JobQueue::new(8);
    let mut senders: Vec<_> = (0..3)
        .map(|_| {
            let (sender, job) = controlled();
            block_on(jobs.push(job)).unwrap();
            sender
        })
        .collect();
    senders.pop().unwrap().send(Ok(2)).unwrap();
    block_on(jobs.clean()).unwrap();
    assert_eq!(pop_all(&mut jobs), [], "the first is not done");
    senders.remove(0).send(Ok(0)).unwrap();
    block_on(jobs.clean()).unwrap();
    assert_eq!(pop_all(&mut jobs), [0]);
    senders.pop().unwrap().send(Ok(1)).unwrap();
    block_on(jobs.finish(0)).unwrap();
    assert_eq!(pop_all(&mut jobs), [1, 2]);
}

#[test]
fn pushing_waits_for_room() {
    let mut jobs = JobQueue::new(2);
    let (first, job) = controlled();
    block_on(jobs.push(job)).unwrap();
    let (_second, job) = controlled();
    block_on(jobs.push(job)).unwrap();
    let (_third, job) = controlled();
    {
        let mut push = pin!(jobs.push(job));
        assert!(
            poll_once(&mut push).is_pending(),
            "two of two are in flight"
        );
        first.send(Ok(1)).unwrap();
        assert!(poll_once(&mut push).is_ready());
    }
    assert_eq!(jobs.in_flight(), 2);
}

#[test]
fn a_push_that_is_given_up_does_not_exceed_the_limit() {
    let mut jobs = JobQueue::new(2);
    let mut senders = Vec::new();
    for _ in 0..10 {
        let (sender, job) = controlled();
        senders.push(sender);
        let _ = poll_once(&mut pin!(jobs.push(job)));
    }
    assert_eq!(jobs.in_flight(), 2);
}

#[test]
fn a_job_that_panicked_does_not_block_the_others() {
    let mut jobs: JobQueue<Job, _, _> = JobQueue::new(2);
    let push = jobs.push(Box::pin(async { panic!("on purpose") }));
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| block_on(push)));
    assert!(caught.is_err());
    block_on(jobs.push(Box::pin(std::future::ready(Ok(2))))).unwrap();
    assert_eq!(pop_all(&mut jobs), [2]);
}

#[test]
fn never_more_than_the_limit_are_in_flight() {
    let (now, most) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
    let mut jobs = JobQueue::new(3);
    block_on(async {
        for number in 0..50_u32 {
            let (now, most) = (now.clone(), most.clone());
            jobs.push(async move {
                now.set(now.get() + 1);
                most.set(most.get().max(now.get()));
                for _ in 0..number % 5 {
                    let mut yielded = false;
                    std::future::poll_fn(|context| {
                        context.waker().wake_by_ref();
                        match std::mem::replace(&mut yielded, true) {
                            true => std::task::Poll::Ready(()),
                            false => std::task::Poll::Pending,
                        }
                    })
                    .await;
                }
                now.set(now.get() - 1);
                Ok::<_, ()>(number)
            })
            .await?;
        }
        jobs.finish(0).await
    })
    .unwrap();
    assert_eq!(most.get(), 3);
    assert_eq!(pop_all(&mut jobs), (0..50).collect::<Vec<_>>());
}

#[test]
fn the_first_error_surfaces_at_once_and_nothing_else_is_lost() {
    let mut jobs = JobQueue::new(4);
    let (first, job) = controlled();
    block_on(jobs.push(job)).unwrap();
    let (second, job) = controlled();
    block_on(jobs.push(job)).unwrap();
    let (third, job) = controlled();
    block_on(jobs.push(job)).unwrap();
    second.send(Err("two")).unwrap();
    third.send(Err("three")).unwrap();
    assert_eq!(
        block_on(jobs.finish(0)),
        Err("two"),
        "the first job still runs"
    );
    let (fourth, job) = controlled();
    assert_eq!(
        block_on(jobs.push(job)),
        Err("three"),
        "errors come one by one"
    );
    first.send(Ok(1)).unwrap();
    fourth.send(Ok(4)).unwrap();
    block_on(jobs.finish(0)).unwrap();
    assert_eq!(
        pop_all(&mut jobs),
        [1, 4],
        "the job that was pushed with an error ran"
    );
}

#[test]
fn finishing_down_to_a_number_and_before_a_deadline() {
    let mut jobs = JobQueue::new(4);
    let (first, job) = controlled();
    block_on(jobs.push(job)).unwrap();
    let (second, job) = controlled();
    block_on(jobs.push(job)).unwrap();
    let (deadline, reached) = oneshot::channel::<()>();
    {
        let mut finish = pin!(jobs.finish_before(1, reached));
        assert!(poll_once(&mut finish).is_pending());
        deadline.send(()).unwrap();
        assert_eq!(block_on(finish), Ok(false));
    }
    second.send(Ok(2)).unwrap();
    assert_eq!(
        block_on(jobs.finish_before(1, std::future::pending::<()>())),
        Ok(true)
    );
    assert_eq!(jobs.in_flight(), 1);
    first.send(Ok(1)).unwrap();
    block_on(jobs.finish(0)).unwrap();
    assert_eq!(pop_all(&mut jobs), [1, 2]);
}

#[test]
fn dropping_a_wait_loses_nothing() {
    let mut jobs = JobQueue::new(1);
    let (sender, job) = controlled();
    block_on(jobs.push(job)).unwrap();
    assert!(poll_once(&mut pin!(jobs.finish(0))).is_pending());
    sender.send(Ok(1)).unwrap();
    block_on(jobs.finish(0)).unwrap();
    assert_eq!(pop_all(&mut jobs), [1]);
}

#[test]
fn a_limit_of_zero_counts_as_one() {
    let mut jobs = JobQueue::new(0);
    block_on(jobs.push(std::future::ready(Ok::<_, ()>(1)))).unwrap();
    assert_eq!(jobs.pop(), Some(1));
}

#[test]
fn the_next_result_is_waited_for() {
    let mut jobs = JobQueue::new(3);
    let (first, job) = controlled();
    block_on(jobs.push(job)).unwrap();
    let (second, job) = controlled();
    block_on(jobs.push(job)).unwrap();
    second.send(Err("two")).unwrap();
    assert_eq!(
        block_on(jobs.next()),
        Err("two"),
        "errors do not wait for their turn"
    );
    {
        let mut next = pin!(jobs.next());
        assert!(poll_once(&mut next).is_pending());
        first.send(Ok(1)).unwrap();
        assert_eq!(block_on(next), Ok(Some(1)));
    }
    assert_eq!(block_on(jobs.next()), Ok(None));
}

#[test]
fn a_queue_is_printed_whatever_its_jobs_are() {
    /// Neither futures nor results nor errors can be printed.
    struct Silent;
    let mut jobs = JobQueue::new(2);
    assert!(block_on(jobs.push(async { Ok::<_, Silent>(Silent) })).is_ok());
    let expected = "JobQueue { limit: 2, in_flight: 0, kept: 1, errors: 0, .. }";
    assert_eq!(format!("{jobs:?}"), expected);
}
