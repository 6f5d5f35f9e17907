//! What a simulation has yet to do, and what of it can be done next. Plain data, which `shared.rs` runs.

use super::info::{Fails, Ready};
use crate::cpu::queued::Queued;
use crate::cpu::timing::{Engine, Timing};
use crate::sync::clock::QueueId;
use crate::sync::event::Event;
use crate::util::primitives::Arc;
use smallvec::SmallVec;
use std::collections::VecDeque;
use std::task::Waker;
use std::time::Duration;

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests;

/// The queues and the host works of a simulation, and its time.
#[derive(Default)]
pub(super) struct SimulationState {
    timing: Option<Timing>,
    pub now: Duration,
    queues: Vec<QueueState>,
    works: Vec<Work>,
    /// The number of commands so far.
    commands: u64,
    /// The number of host works so far.
    total_works: u64,
    pub fails: Option<Arc<Fails>>,
}

/// The entries of one queue.
struct QueueState {
    id: QueueId,
    entries: VecDeque<Numbered>,
    /// The number of entries so far.
    total: u64,
    head: Head,
    is_closed: bool,
}

/// An entry and its number.
pub(super) struct Numbered {
    /// Its place among all commands of the simulation.
    pub number: u64,
    pub entry: Queued,
}

/// How far the first entry of a queue has come.
#[derive(Clone, Copy, PartialEq)]
enum Head {
    /// It waits for events or, since the time given, only for its engine.
    Waits(Option<Duration>),
    /// It has begun on this engine and ends at the time given.
    Begun(Duration, Option<Engine>),
    /// It is not in the queue any more: a thread runs it.
    Runs(Option<Engine>),
}

impl Head {
    /// The engine that runs it.
    fn engine(self) -> Option<Engine> {
        match self {
            Head::Waits(_) => None,
            Head::Begun(_, engine) | Head::Runs(engine) => engine,
        }
    }
}

/// A host work that is not over.
struct Work {
    key: u64,
    duration: Duration,
    /// When it ends; unknown until it has a thread.
    ends: Option<Duration>,
    waker: Waker,
}

/// What can be done next: the index of a queue or of a work.
#[derive(Clone, Copy)]
enum Next {
    Queue(usize),
    Work(usize),
}

/// What a step does, under no lock.
pub(super) enum Task {
    Run(QueueId, Numbered),
    Wake(Waker),
}

impl SimulationState {
    pub fn new(timing: Option<Timing>) -> Self {
        SimulationState {
            timing,
            ..SimulationState::default()
        }
    }

    pub fn open(&mut self, queue: QueueId) {
        self.queues.push(QueueState {
            id: queue,
            entries: VecDeque::new(),
            total: 0,
            head: Head::Waits(None),
            is_closed: false,
        });
    }

    /// Adds the entry that `make` makes for the queue's next position; returns its event.
    pub fn push(&mut self, queue: QueueId, make: impl FnOnce(u64) -> Queued) -> Event {
        let number = self.commands;
        self.commands += 1;
        let queue = self
            .queue(queue)
            .expect("a queue is not removed before it is closed");
        queue.total += 1;
        let entry = make(queue.total);
        let event = entry.entry().event();
        queue.entries.push_back(Numbered { number, entry });
        event
    }

    /// No more entries will be added to this queue.
    pub fn close(&mut self, queue: QueueId) {
        if let Some(queue) = self.queue(queue) {
            queue.is_closed = true;
        }
        self.remove_finished();
    }

    /// The command that was taken from this queue is over.
    pub fn over(&mut self, queue: QueueId) {
        if let Some(queue) = self.queue(queue) {
            queue.head = Head::Waits(None);
        }
        self.remove_finished();
    }

    fn queue(&mut self, id: QueueId) -> Option<&mut QueueState> {
        self.queues.iter_mut().find(|queue| queue.id == id)
    }

    fn remove_finished(&mut self) {
        let is_finished = |queue: &QueueState| {
            let runs = matches!(queue.head, Head::Runs(_));
            queue.is_closed && queue.entries.is_empty() && !runs
        };
        self.queues.retain(|queue| !is_finished(queue));
    }

    /// A host work begins as soon as there is a thread for it; returns its key.
    pub fn begin_work(&mut self, duration: Duration, waker: Waker) -> u64 {
        self.total_works += 1;
        self.works.push(Work {
            key: self.total_works,
            duration,
            ends: None,
            waker,
        });
        self.total_works
    }

    /// Replaces the waker of a host work and returns the old one; returns `waker` itself as an error if the work is
    /// over.
    pub fn wait_for_work(&mut self, key: u64, waker: Waker) -> Result<Waker, Waker> {
        match self.works.iter_mut().find(|work| work.key == key) {
            Some(work) => Ok(std::mem::replace(&mut work.waker, waker)),
            None => Err(waker),
        }
    }

    /// Gives up a host work, and returns its waker.
    pub fn end_work(&mut self, key: u64) -> Option<Waker> {
        let index = self.works.iter().position(|work| work.key == key)?;
        Some(self.works.remove(index).waker)
    }

    /// What can be done next, in a fixed order.
    pub fn ready(&mut self) -> Vec<Ready> {
        let (_, next) = self.next();
        let ready = |next| match next {
            Next::Queue(index) => Ready::Command(self.queues[index].id),
            Next::Work(_) => Ready::HostWork,
        };
        next.into_iter().map(ready).collect()
    }

    /// Takes the `choice`-th of what can be done next, modulo the number of these.
    pub fn take(&mut self, choice: usize) -> Option<Task> {
        let (when, next) = self.next();
        let chosen = next.get(choice.checked_rem(next.len())?)?;
        self.now = when;
        match *chosen {
            Next::Work(index) => Some(Task::Wake(self.works.remove(index).waker)),
            Next::Queue(index) => {
                let queue = &mut self.queues[index];
                queue.head = Head::Runs(queue.head.engine());
                let numbered = queue.entries.pop_front()?;
                let entry = numbered.entry.entry();
                if let Some(timed) = entry.timed() {
                    timed.simulate(self.timing.as_ref(), &entry.command, when);
                }
                drop(entry);
                Some(Task::Run(queue.id, numbered))
            }
        }
    }

    /// When the next things end, and which those are.
    fn next(&mut self) -> (Duration, SmallVec<[Next; 4]>) {
        self.begin();
        let mut next = SmallVec::new();
        let mut first = None;
        let mut add = |ends: Duration, it: Next| {
            if first.is_none_or(|first| ends < first) {
                first = Some(ends);
                next.clear();
            }
            if first == Some(ends) {
                next.push(it);
            }
        };
        for (index, queue) in self.queues.iter().enumerate() {
            if let Head::Begun(ends, _) = queue.head {
                add(ends, Next::Queue(index));
            }
        }
        for (index, work) in self.works.iter().enumerate() {
            if let Some(ends) = work.ends {
                add(ends, Next::Work(index));
            }
        }
        (first.unwrap_or(self.now), next)
    }

    /// Lets every command begin that can. Of those that wait for one engine, the one that has waited longest begins
    /// first.
    fn begin(&mut self) {
        let mut waiting = SmallVec::<[_; 4]>::new();
        for (index, queue) in self.queues.iter_mut().enumerate() {
            let (Head::Waits(since), Some(first)) = (queue.head, queue.entries.front()) else {
                continue;
            };
            if since.is_some() || first.entry.entry().may_run() {
                let since = since.unwrap_or(self.now);
                queue.head = Head::Waits(Some(since));
                waiting.push((since, first.number, index));
            }
        }
        waiting.sort_unstable();
        for (_, _, index) in waiting {
            self.begin_on(index);
        }
        self.begin_works();
    }

    /// Gives the threads of the host to the works that were added first.
    fn begin_works(&mut self) {
        let threads = self.timing.as_ref().map_or(usize::MAX, Timing::threads);
        let busy = self.works.iter().filter(|work| work.ends.is_some()).count();
        let waiting = self.works.iter_mut().filter(|work| work.ends.is_none());
        for work in waiting.take(threads - busy) {
            work.ends = Some(self.now.saturating_add(work.duration));
        }
    }

    fn begin_on(&mut self, index: usize) {
        let Some(first) = self.queues[index].entries.front() else {
            return;
        };
        let (duration, engine) = match &self.timing {
            Some(timing) => timing.of(&first.entry.entry().command),
            None => (Duration::ZERO, None),
        };
        if engine.is_none_or(|engine| self.is_free(engine)) {
            self.queues[index].head = Head::Begun(self.now.saturating_add(duration), engine);
        }
    }

    fn is_free(&self, engine: Engine) -> bool {
        let capacity = self.timing.as_ref().map(|timing| timing.capacity(engine));
        let busy = self
            .queues
            .iter()
            .filter(|queue| queue.head.engine() == Some(engine));
        capacity.is_none_or(|capacity| busy.count() < capacity)
    }
}
