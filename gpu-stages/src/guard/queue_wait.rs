//! Waiting until commands on a queue may use a value.

use super::access::Access;
use super::device_wait::Current;
use super::held::Held;
use crate::device::command_queue::CommandQueue;
use crate::error::Result;
use crate::observe::{self, Interest, Observation};
use crate::slots::state::Mode;
use crate::sync::event::Events;
use std::future::poll_fn;
use std::task::{Context, Poll, ready};

/// A wait for what a queue cannot wait for itself, such as events of another backend. Only the library makes one.
pub struct Reach {
    current: Option<Current>,
}

impl Reach {
    /// Nothing is waited for yet.
    pub(super) fn new() -> Self {
        Reach { current: None }
    }
}

impl<T: Send + 'static, A: Access> Held<T, A> {
    /// Waits until commands on `queue` may use the value, but for what the queue can wait for.
    pub async fn wait_queue<Q: CommandQueue>(&mut self, queue: &Q) -> Result<()> {
        let mut reach = Reach::new();
        poll_fn(|context| self.poll_queue(queue, &mut reach, context)).await
    }

    #[inline]
    pub fn poll_queue<Q: CommandQueue>(
        &mut self,
        queue: &Q,
        reach: &mut Reach,
        context: &mut Context<'_>,
    ) -> Poll<Result<()>> {
        ready!(self.poll_grant(context))?;
        loop {
            if let Some(current) = &mut reach.current {
                // Whether it failed is checked when its data is used.
                ready!(current.poll(context));
                reach.current = None;
            }
            let mut elsewhere = Events::new();
            let id = queue.id();
            self.check(|dependencies| dependencies.add_beyond(id, &mut elsewhere))?;
            let mut elsewhere = elsewhere.iter();
            let pending = elsewhere.find(|event| !queue.can_wait(event) && event.is_pending());
            let Some(event) = pending else { break };
            reach.current = Some(Current::begin(event.clone(), &self.usage));
        }
        observe::emit(Interest::USES, || Observation::ReachedQueue {
            id: self.usage.id(),
            slot: self.slot_id(),
            is_shared: A::MODE == Mode::Read,
            resource: self.usage.name().text(),
            queue: queue.id(),
        });
        Poll::Ready(Ok(()))
    }
}
