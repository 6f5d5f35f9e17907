//! [`Run`]: the future of a pipeline, from its body to the end of what it enqueued.

use super::activity::Running;
use super::handle::Call;
use crate::error::PipelineResult;
use crate::observe::{self, Interest, Observation, Outcome};
use crate::sync::event::WaitKey;
use pin_project_lite::pin_project;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// When the future of a pipeline resolves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Until {
    /// When everything that it enqueued is over: device errors reach the caller, and a bound on futures bounds the work.
    Complete,
    /// When everything is enqueued. Device errors reach the next use of the data. Those of commands whose data no other
    /// call can use, because they only read or write owned values, are logged (`gpu_stages::failure`).
    Enqueued,
}

pin_project! {
    /// The future of a pipeline.
    ///
    /// Dropping it poisons what its current stage was writing and releases the rest. What is enqueued runs on, and later uses
    /// wait for it. Forgetting it keeps its resources for ever.
    #[must_use = "futures do nothing unless polled; this one already has its place in the wait queue of each resource"]
    pub struct Run<F: Future> {
        #[pin]
        body: Option<F>,
        result: Option<F::Output>,
        call: Call,
        until: Until,
        key: Option<WaitKey>,
    }

    impl<F: Future> PinnedDrop for Run<F> {
        fn drop(this: Pin<&mut Self>) {
            let outcome = this.call.set_dropped();
            let mut this = this.project();
            let running = Running::begin(this.call);
            this.body.set(None);
            drop(running);
            this.call.ends(outcome);
        }
    }
}

impl Call {
    /// Runs the body of a pipeline, then waits as `until` says.
    ///
    /// The future resolves to the result of the body, or to the first device error if that was `Ok`.
    pub fn run<R: PipelineResult, F: Future<Output = R>>(self, until: Until, body: F) -> Run<F> {
        Run {
            body: Some(body),
            result: None,
            call: self,
            until,
            key: None,
        }
    }

    /// Tells observers that the call is over, if it was not before.
    fn ends(&self, outcome: Outcome) {
        let call = self.id();
        observe::emit(Interest::CALLS, || Observation::CallEnded { call, outcome });
    }
}

impl<F: Future> fmt::Debug for Run<F> {
    /// Names the call. It shows neither the body nor the result.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run")
            .field("call", &self.call)
            .field("until", &self.until)
            .finish_non_exhaustive()
    }
}

impl<R: PipelineResult, F: Future<Output = R>> Future for Run<F> {
    type Output = R;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<R> {
        let mut this = self.project();
        if let Some(body) = this.body.as_mut().as_pin_mut() {
            this.call.set_polled(true);
            let running = Running::begin(this.call);
            let polled = body.poll(context);
            drop(running);
            this.call.set_polled(false);
            *this.result = Some(ready!(polled));
            this.body.set(None);
            let call = this.call.id();
            observe::emit(Interest::CALLS, || Observation::BodyEnded { call });
        }
        let complete = match this.until {
            Until::Complete => ready!(this.call.poll_complete(this.key, context)),
            Until::Enqueued => Ok(()),
        };
        let result = match (this.result.take(), complete) {
            (Some(result), Err(error)) if result.is_good() => R::from_error(error),
            (Some(result), _) => result,
            (None, _) => panic!("a pipeline's future was polled after it had resolved"),
        };
        this.call.ends(Outcome::of(&result));
        Poll::Ready(result)
    }
}
