//! Runs what a simulation has to do, on the thread that steps it.

use super::id::SimulationId;
use super::info::{CommandInfo, Fails, Ready};
use super::state::{Numbered, SimulationState, Task};
use crate::cpu::entry::Setting;
use crate::cpu::event::Completion;
use crate::cpu::queued::Queued;
use crate::cpu::timing::Timing;
use crate::sync::clock::QueueId;
use crate::sync::event::{Event, WaitKey};
use crate::util::panics::{contain, discard, wake_all};
use crate::util::primitives::{Arc, Condvar, Mutex, MutexGuard, lock, unpoisoned};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Wake;

/// A simulation, which its handles and its queues share.
pub(super) struct Shared {
    id: SimulationId,
    state: Mutex<SimulationState>,
    /// Something was added, ended or woken.
    changed: Condvar,
}

impl Shared {
    pub fn new(timing: Option<Timing>) -> Arc<Self> {
        Arc::new(Shared {
            id: SimulationId::unique(),
            state: Mutex::new(SimulationState::new(timing)),
            changed: Condvar::new(),
        })
    }

    pub fn id(&self) -> SimulationId {
        self.id
    }

    pub fn state(&self) -> MutexGuard<'_, SimulationState> {
        lock(&self.state)
    }

    pub fn ready(&self) -> Vec<Ready> {
        self.state().ready()
    }

    /// Does the `choice`-th of what can be done; `false` if nothing can be done.
    pub fn step(&self, choice: usize) -> bool {
        let mut state = self.state();
        let (task, fails) = (state.take(choice), state.fails.clone());
        drop(state);
        match task {
            None => return false,
            Some(Task::Wake(waker)) => contain(|| wake_all([waker])),
            Some(Task::Run(queue, numbered)) => {
                // A panic in the destructors and wakers of user code must not end the simulation.
                contain(|| run(queue, numbered, fails.as_deref()));
                self.state().over(queue);
            }
        }
        self.changed.notify_all();
        true
    }

    /// Steps until `done`. While nothing can be done here, this thread is blocked: other threads run what it waits for,
    /// or have yet to add it.
    pub fn drive(&self, done: impl Fn() -> bool) {
        while !done() {
            if self.step(0) {
                continue;
            }
            let mut state = self.state();
            while !done() && state.ready().is_empty() {
                state = unpoisoned(self.changed.wait(state));
            }
        }
    }

    /// Makes the blocked threads look again.
    pub fn notify(&self) {
        // Once the lock has been taken, no thread is between looking and waiting.
        drop(self.state());
        self.changed.notify_all();
    }
}

fn run(queue: QueueId, numbered: Numbered, fails: Option<&Fails>) {
    let Numbered { number, entry } = numbered;
    entry.entry().run(|entry| {
        let fault = fails.and_then(|fails| {
            let info = CommandInfo::new(number, queue, entry);
            let asked = catch_unwind(AssertUnwindSafe(|| fails(&info)));
            let fault = asked.unwrap_or_else(|panic| {
                discard(panic);
                true
            });
            fault.then(|| format!("the simulation made {} {number} fail", info.name))
        });
        Setting { fault, hold: None }
    });
}

impl Wake for Shared {
    fn wake(self: Arc<Self>) {
        self.notify();
    }
}

impl Drop for Shared {
    /// There are no more steps: what is left runs now, as on queues that are dropped.
    fn drop(&mut self) {
        while self.step(0) {}
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// A queue of a simulation.
#[derive(Debug)]
pub(in crate::cpu) struct Simulated {
    shared: Arc<Shared>,
    queue: QueueId,
}

impl Simulated {
    pub(super) fn open(shared: Arc<Shared>, queue: QueueId) -> Self {
        shared.state().open(queue);
        Simulated { shared, queue }
    }

    pub fn id(&self) -> SimulationId {
        self.shared.id
    }

    /// Adds the entry that `make` makes for the next position, ordered after the events of `order`.
    pub fn push(&self, order: &[Event], make: impl FnOnce(u64) -> Queued) -> Event {
        let event = self.shared.state().push(self.queue, make);
        let record = |event: &Event| event.record().and_then(Completion::simulation);
        let elsewhere = order.iter().filter(|it| record(it) != Some(self.id()));
        elsewhere.for_each(|event| {
            event.register(WaitKey::unique(), &self.shared.clone().into());
        });
        self.shared.changed.notify_all();
        event
    }

    pub fn drive(&self, done: impl Fn() -> bool) {
        self.shared.drive(done);
    }

    pub fn close(&self) {
        self.shared.state().close(self.queue);
    }
}
