//! The commands that keep devices busy.

use crate::sync::clock::QueueId;
use crate::sync::event::{CommandName, Event};
use crate::sync::waits::{AwaitedThing, Waiter};
use std::collections::HashMap;

/// As many queues are looked at for one report: it takes a look at all commands of a backend.
const QUEUES: usize = 32;

/// The first command of each queue that is not over.
#[derive(Default)]
pub(super) struct Causes(HashMap<QueueId, Option<String>>);

impl Causes {
    pub fn of_event(&mut self, event: &Event) -> Option<String> {
        self.of_queue(event.queue(), || event.first_pending_on_its_queue())
    }

    pub fn of_waiter(&mut self, waiter: &Waiter) -> Option<String> {
        match &waiter.awaited {
            AwaitedThing::Event(event) => self.of_event(event),
            AwaitedThing::Queue(queue, first_pending) => {
                self.of_queue(*queue, || first_pending(*queue))
            }
            AwaitedThing::BlockingStage(_) => None,
        }
    }

    fn of_queue(
        &mut self,
        queue: QueueId,
        first_pending: impl FnOnce() -> Option<CommandName>,
    ) -> Option<String> {
        if self.0.len() == QUEUES && !self.0.contains_key(&queue) {
            return None;
        }
        let cause = self.0.entry(queue).or_insert_with(|| {
            let command = first_pending()?;
            Some(format!("the queue is at {command}"))
        });
        cause.clone()
    }
}
