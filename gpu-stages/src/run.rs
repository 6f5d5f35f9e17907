//! [`Run`]: a pipeline's future, from its body to the end of what it enqueued.

use crate::call::{Call, Current};
use crate::error::PipelineResult;
use crate::event::WaitKey;
use crate::spans;
use crate::timeline::{self, Outcome};
use pin_project_lite::pin_project;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// When the future of a pipeline resolves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// When everything it enqueued is over: device errors reach the caller, and a bound on futures bounds the
    /// work.
    Complete,
    /// When everything is enqueued. Device errors reach whoever uses the data next.
    Enqueued,
}

pin_project! {
    /// The future of a pipeline.
    ///
    /// Dropping it poisons what its current stage was writing and hands on the rest; what is enqueued goes on,
    /// and later users wait for it. Forgetting it keeps what it holds for ever.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled; this one already holds a place in the line of each resource"]
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
            this.call.set_dropped();
            let mut this = this.project();
            spans::around(this.call, || this.body.set(None));
        }
    }
}

impl Call {
    /// Runs the body of a pipeline, then waits as `until` says.
    ///
    /// The future resolves to the body's result, or to the first device error when that was `Ok`.
    pub fn run<R: PipelineResult, F: Future<Output = R>>(self, until: Until, body: F) -> Run<F> {
        Run {
            body: Some(body),
            result: None,
            call: self,
            until,
            key: None,
        }
    }
}

impl<R: PipelineResult, F: Future<Output = R>> Future for Run<F> {
    type Output = R;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<R> {
        let mut this = self.project();
        if let Some(body) = this.body.as_mut().as_pin_mut() {
            this.call.set_polled(true);
            let current = Current::set(this.call);
            let polled = {
                let _entered = spans::enter(this.call);
                body.poll(context)
            };
            drop(current);
            this.call.set_polled(false);
            *this.result = Some(ready!(polled));
            this.body.set(None);
            spans::leave(this.call);
            timeline::returns(this.call);
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
        spans::close(this.call);
        timeline::ends(this.call.id(), Outcome::of(&result));
        Poll::Ready(result)
    }
}
