//! Spans of `tracing` for calls and stages: their fields, and that they are entered only while a call is polled.

mod seen;

use futures::executor::block_on;
use gpu_stages::cpu::{Device, DeviceBuffer, Queue, Simulation};
use gpu_stages::{Resource, Result, gpu_pipeline};
use gpu_stages_tests::poll_once;
use seen::looking;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Poll;
use std::thread;
use tracing::level_filters::LevelFilter;

/// Suspends once.
async fn pause() {
    let mut suspended = false;
    poll_fn(|context| {
        context.waker().wake_by_ref();
        if std::mem::replace(&mut suspended, true) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}

/// Logs `leaves` when it is dropped.
struct Logs(&'static str);

impl Drop for Logs {
    fn drop(&mut self) {
        tracing::info!("leaves {}", self.0);
    }
}

#[gpu_pipeline]
async fn two_stages(#[updates] a: u32, #[updates] b: u32, name: &'static str) -> Result<u32> {
    let _logs = Logs(name);
    #[stage(name = "first")]
    {
        a += 1;
        tracing::info!("{name} in first");
        pause().await;
        tracing::info!("{name} again in first");
    }
    #[stage(name = "second")]
    {
        b += 1;
        tracing::info!("{name} in second");
        pause().await;
    }
    Ok(a + b)
}

fn resources() -> (Resource<u32>, Resource<u32>) {
    (Resource::new(0), Resource::new(0))
}

fn pair<'a>(message: &str, path: impl IntoIterator<Item = &'a str>) -> (String, Vec<String>) {
    (
        message.to_owned(),
        path.into_iter().map(str::to_owned).collect(),
    )
}

#[test]
fn a_span_for_the_call_and_one_for_each_stage() {
    let seen = looking(LevelFilter::TRACE, |seen| {
        let (a, b) = resources();
        let mut call = Box::pin(two_stages(&a, &b, "it"));
        assert_eq!((seen.made("call").len(), seen.made("stage").len()), (1, 0));
        for _ in 0..2 {
            seen.check_nothing_is_entered();
            assert!(poll_once(&mut call).is_pending());
        }
        seen.check_nothing_is_entered();
        assert!(poll_once(&mut call).is_ready());
        assert_eq!(
            seen.open(),
            0,
            "they end with the call, not when its future is dropped"
        );
    });
    assert_eq!(seen.made("call"), ["two_stages"]);
    let stages = ["two_stages/first", "two_stages/second"];
    assert!(seen.made("stage").starts_with(&stages.map(str::to_owned)));
    let (first, second) = (["two_stages", stages[0]], ["two_stages", stages[1]]);
    let events = seen.events();
    assert_eq!(
        events[..3],
        [
            pair("it in first", first),
            pair("it again in first", first),
            pair("it in second", second),
        ]
    );
    let state = seen.state();
    let calls: Vec<&String> = state
        .spans
        .iter()
        .map(|span| &span.fields["call"])
        .collect();
    assert!(calls.iter().all(|call| **call == *calls[0]));
    assert!(
        state
            .spans
            .iter()
            .all(|span| span.metadata.target() == "gpu_stages::call")
    );
}

#[test]
fn calls_that_take_turns_on_a_thread_are_in_their_own_spans() {
    let seen = looking(LevelFilter::TRACE, |seen| {
        let (a, b) = (resources(), resources());
        let mut one = Box::pin(two_stages(&a.0, &a.1, "one"));
        let mut other = Box::pin(two_stages(&b.0, &b.1, "other"));
        for _ in 0..2 {
            assert!(poll_once(&mut one).is_pending());
            assert!(poll_once(&mut other).is_pending());
            seen.check_nothing_is_entered();
        }
        let results = block_on(async { futures::join!(one, other) });
        assert!(results.0.is_ok() && results.1.is_ok());
    });
    let events = seen.state().events.clone();
    for (message, span) in events {
        let span = span.unwrap() as usize - 1;
        let call = seen.state().spans[span].fields["call"].clone();
        let name = message
            .split(' ')
            .find(|word| matches!(*word, "one" | "other"))
            .unwrap();
        let first = if name == "one" { 0 } else { 1 };
        assert_eq!(call, seen.state().spans[first].fields["call"], "{message}");
    }
    assert_eq!(seen.open(), 0);
}

#[test]
fn a_call_that_is_dropped_leaves_in_the_span_of_its_stage() {
    let seen = looking(LevelFilter::TRACE, |seen| {
        let (a, b) = resources();
        let mut call = Box::pin(two_stages(&a, &b, "it"));
        assert!(poll_once(&mut call).is_pending());
        drop(call);
        seen.check_nothing_is_entered();
        assert_eq!(seen.open(), 0);
        drop(two_stages(&a, &b, "never polled"));
        assert_eq!(seen.open(), 0);
    });
    let path = ["two_stages", "two_stages/first"];
    assert_eq!(seen.events()[1], pair("leaves it", path));
}

#[test]
fn a_call_that_is_forgotten_is_not_entered() {
    let seen = looking(LevelFilter::TRACE, |seen| {
        let (a, b) = resources();
        let mut call = Box::pin(two_stages(&a, &b, "it"));
        assert!(poll_once(&mut call).is_pending());
        std::mem::forget(call);
        seen.check_nothing_is_entered();
    });
    assert_eq!(seen.open(), 2);
}

#[test]
fn the_last_stage_is_over_while_the_call_waits_for_its_commands() {
    #[gpu_pipeline]
    async fn fill(#[queue] queue: Queue, #[writes] data: DeviceBuffer<u32>) -> Result<()> {
        queue.fill(&mut data, 1)?;
        Ok(())
    }
    let seen = looking(LevelFilter::TRACE, |seen| {
        let simulation = Simulation::new();
        let device = Device::builder().simulated(&simulation).build();
        let queue = Queue::new(&device).unwrap();
        let data = Resource::new(DeviceBuffer::new(&device, 1).unwrap());
        let mut call = Box::pin(fill(&queue, &data));
        assert!(poll_once(&mut call).is_pending());
        assert_eq!((seen.made("stage").len(), seen.open()), (1, 1));
        simulation.block_on(call).unwrap();
    });
    assert_eq!(seen.open(), 0);
}

#[test]
fn a_panic_leaves_all_spans() {
    #[gpu_pipeline]
    async fn panics(#[updates] a: u32) -> Result<()> {
        #[stage(name = "panics")]
        {
            a += 1;
            assert!(a == 0, "on purpose");
        }
        Ok(())
    }
    let seen = looking(LevelFilter::TRACE, |seen| {
        let mut call = Box::pin(panics(&Resource::new(0)));
        let caught = catch_unwind(AssertUnwindSafe(|| poll_once(&mut call)));
        assert!(caught.is_err());
        seen.check_nothing_is_entered();
        drop(call);
    });
    assert_eq!(seen.open(), 0);
}

#[test]
fn a_pipeline_within_a_stage_is_in_its_span() {
    #[gpu_pipeline]
    async fn outer(#[updates] count: u32, inner: (Resource<u32>, Resource<u32>)) -> Result<()> {
        #[stage(name = "calls")]
        {
            count += two_stages(&inner.0, &inner.1, "inner").await?;
            tracing::info!("outer again");
        }
        Ok(())
    }
    let seen = looking(LevelFilter::TRACE, |_| {
        block_on(async {
            let call = outer(&Resource::new(0), resources());
            let mut call = Box::pin(call);
            while poll_once(&mut call).is_pending() {}
        });
    });
    let outer = ["outer", "outer/calls"];
    let events = seen.events();
    let inner = ["outer", "outer/calls", "two_stages", "two_stages/first"];
    assert_eq!(events[0], pair("inner in first", inner));
    assert_eq!(*events.last().unwrap(), pair("outer again", outer));
    assert_eq!(seen.open(), 0);
}

#[test]
fn a_blocking_stage_is_in_its_span_on_its_thread() {
    #[gpu_pipeline]
    async fn blocks(#[updates] a: u32) -> Result<()> {
        #[stage(blocking, name = "blocks")]
        {
            a += 1;
        }
        Ok(())
    }
    let seen = looking(LevelFilter::TRACE, |_| {
        block_on(blocks(&Resource::new(0))).unwrap();
    });
    let own = thread::current().id();
    let elsewhere: Vec<u64> = {
        let state = seen.state();
        let others = state.threads.iter().filter(|(_, thread)| *thread != own);
        others.map(|(span, _)| *span).collect()
    };
    assert_eq!(elsewhere.len(), 1);
    assert_eq!(seen.path(Some(elsewhere[0])), ["blocks", "blocks/blocks"]);
}

#[test]
fn spans_follow_the_level() {
    let calls = |level| {
        let seen = looking(level, |_| {
            let (a, b) = resources();
            let mut call = Box::pin(two_stages(&a, &b, "it"));
            while poll_once(&mut call).is_pending() {}
            // Allocations made by hand are no calls.
            drop(a.acquire_update().unwrap());
        });
        (seen.made("call").len(), !seen.made("stage").is_empty())
    };
    assert_eq!(calls(LevelFilter::INFO), (0, false));
    assert_eq!(calls(LevelFilter::DEBUG), (1, false));
    assert_eq!(calls(LevelFilter::TRACE), (1, true));
}
