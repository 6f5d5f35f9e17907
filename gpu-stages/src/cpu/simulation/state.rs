//! What a simulation has yet to do, and what of it can be done next. Plain data: who runs it is `shared.rs`.

use super::info::{Fails, Ready};
use crate::cpu::entry::Entry;
use crate::cpu::timed::Timed;
use crate::cpu::timing::{Engine, Timing};
use crate::sync::clock::QueueId;
use crate::sync::event::Event;
use crate::util::primitives::Arc;
use smallvec::SmallVec;
use std::collections::VecDeque;
use std::task::Waker;
use std::time::Duration;

#[derive(Default)]
pub(super) struct State {
    timing: Option<Timing>,
    pub now: Duration,
    lines: Vec<Line>,
    works: Vec<Work>,
    /// Commands and host works so far, to number them.
    commands: u64,
    next_work: u64,
    pub fails: Option<Arc<Fails>>,
}

/// A queue.
struct Line {
    queue: QueueId,
    entries: VecDeque<Numbered>,
    /// Entries so far.
    total: u64,
    head: Head,
    closed: bool,
}

pub(super) struct Numbered {
    /// Its place among all commands of the simulation.
    pub number: u64,
    pub entry: Entry,
}

impl Line {
    /// The first entry, and where its times are noted, if anybody wants them.
    fn timed(&self) -> Option<(&Timed, &Entry)> {
        let entry = &self.entries.front()?.entry;
        Some((entry.timed()?, entry))
    }
}

/// How far the first entry of a line has come.
#[derive(Clone, Copy, PartialEq)]
enum Head {
    /// It waits for others, or, since then, for its engine only.
    Waits(Option<Duration>),
    /// It has begun, and ends then.
    Begun(Duration, Option<Engine>),
    /// It is out of the line, and being run by a thread.
    Runs(Option<Engine>),
}

impl Head {
    /// The engine that works for it.
    fn engine(self) -> Option<Engine> {
        match self {
            Head::Waits(_) => None,
            Head::Begun(_, engine) | Head::Runs(engine) => engine,
        }
    }
}

/// A host work.
struct Work {
    key: u64,
    duration: Duration,
    /// When it ends, if it has a thread by now.
    ends: Option<Duration>,
    waker: Waker,
}

/// What can be done next: the index of a line or of a work.
#[derive(Clone, Copy)]
enum Due {
    Line(usize),
    Work(usize),
}

/// What is to be done, without any lock.
#[allow(
    clippy::large_enum_variant,
    reason = "taken and used up at once; a box would be an allocation per command"
)]
pub(super) enum Task {
    Run(QueueId, Numbered),
    Wake(Waker),
}

impl State {
    pub fn new(timing: Option<Timing>) -> Self {
        State {
            timing,
            ..State::default()
        }
    }

    pub fn open(&mut self, queue: QueueId) {
        self.lines.push(Line {
            queue,
            entries: VecDeque::new(),
            total: 0,
            head: Head::Waits(None),
            closed: false,
        });
    }

    /// Adds what is made for the queue's next position; its event.
    pub fn push(&mut self, queue: QueueId, make: impl FnOnce(u64) -> Entry) -> Event {
        let line = self.lines.iter_mut().find(|line| line.queue == queue);
        let line = line.expect("a queue's line stays until it is closed");
        line.total += 1;
        let (entry, number) = (make(line.total), self.commands);
        let event = entry.completion.clone().into();
        self.commands += 1;
        line.entries.push_back(Numbered { number, entry });
        event
    }

    pub fn close(&mut self, queue: QueueId) {
        let of_queue = |line: &&mut Line| line.queue == queue;
        if let Some(line) = self.lines.iter_mut().find(of_queue) {
            line.closed = true;
        }
        self.tidy();
    }

    /// The command that was taken from this queue is over.
    pub fn over(&mut self, queue: QueueId) {
        let of_queue = |line: &&mut Line| line.queue == queue;
        if let Some(line) = self.lines.iter_mut().find(of_queue) {
            line.head = Head::Waits(None);
        }
        self.tidy();
    }

    fn tidy(&mut self) {
        let is_done = |line: &Line| {
            line.closed && line.entries.is_empty() && !matches!(line.head, Head::Runs(_))
        };
        self.lines.retain(|line| !is_done(line));
    }

    /// A host work begins as soon as there is a thread for it; returns its key.
    pub fn begin_work(&mut self, duration: Duration, waker: Waker) -> u64 {
        self.next_work += 1;
        self.works.push(Work {
            key: self.next_work,
            duration,
            ends: None,
            waker,
        });
        self.next_work
    }

    /// Leaves a new waker with a host work and returns the old one; gives `waker` back if the work is over.
    pub fn wait_for_work(&mut self, key: u64, waker: Waker) -> Result<Waker, Waker> {
        match self.works.iter_mut().find(|work| work.key == key) {
            Some(work) => Ok(std::mem::replace(&mut work.waker, waker)),
            None => Err(waker),
        }
    }

    /// A host work is given up.
    pub fn end_work(&mut self, key: u64) -> Option<Waker> {
        let index = self.works.iter().position(|work| work.key == key)?;
        Some(self.works.remove(index).waker)
    }

    /// What can be done next, in a fixed order.
    pub fn ready(&mut self) -> Vec<Ready> {
        let (_, due) = self.due();
        let ready = |due| match due {
            Due::Line(index) => Ready::Command(self.lines[index].queue),
            Due::Work(_) => Ready::HostWork,
        };
        due.into_iter().map(ready).collect()
    }

    /// Takes the `choice`-th of what can be done next, counted round and round.
    pub fn take(&mut self, choice: usize) -> Option<Task> {
        let (when, due) = self.due();
        let chosen = due.get(choice.checked_rem(due.len())?)?;
        self.now = when;
        match *chosen {
            Due::Work(index) => Some(Task::Wake(self.works.remove(index).waker)),
            Due::Line(index) => {
                let line = &mut self.lines[index];
                line.head = Head::Runs(line.head.engine());
                if let Some((timed, entry)) = line.timed() {
                    timed.simulate(self.timing.as_ref(), &entry.command, when);
                }
                let numbered = line.entries.pop_front()?;
                Some(Task::Run(line.queue, numbered))
            }
        }
    }

    /// When the next things end, and which those are.
    fn due(&mut self) -> (Duration, SmallVec<[Due; 4]>) {
        self.begin();
        let lines = self.lines.iter().enumerate();
        let lines = lines.filter_map(|(index, line)| match line.head {
            Head::Begun(ends, _) => Some((ends, Due::Line(index))),
            _ => None,
        });
        let works = self.works.iter().enumerate();
        let works = works.filter_map(|(index, work)| Some((work.ends?, Due::Work(index))));
        let all: SmallVec<[(Duration, Due); 4]> = lines.chain(works).collect();
        let first = all.iter().map(|(ends, _)| *ends).min();
        let first = first.unwrap_or(self.now);
        let due = all.iter().filter(|(ends, _)| *ends == first);
        (first, due.map(|(_, due)| *due).collect())
    }

    /// Lets every command begin that can: the engines take first who waited for them longest.
    fn begin(&mut self) {
        let mut waiting = SmallVec::<[_; 4]>::new();
        for (index, line) in self.lines.iter_mut().enumerate() {
            let (Head::Waits(since), Some(first)) = (line.head, line.entries.front()) else {
                continue;
            };
            if since.is_some() || first.entry.may_run() {
                let since = since.unwrap_or(self.now);
                line.head = Head::Waits(Some(since));
                waiting.push((since, first.number, index));
            }
        }
        waiting.sort_unstable();
        for (_, _, index) in waiting {
            self.begin_on(index);
        }
        self.begin_works();
    }

    /// Gives the threads of the host to the works that came first.
    fn begin_works(&mut self) {
        let threads = self.timing.as_ref().map_or(usize::MAX, Timing::threads);
        let busy = self.works.iter().filter(|work| work.ends.is_some()).count();
        let waiting = self.works.iter_mut().filter(|work| work.ends.is_none());
        for work in waiting.take(threads - busy) {
            work.ends = Some(self.now + work.duration);
        }
    }

    fn begin_on(&mut self, index: usize) {
        let Some(first) = self.lines[index].entries.front() else {
            return;
        };
        let (duration, engine) = match &self.timing {
            Some(timing) => timing.of(&first.entry.command),
            None => (Duration::ZERO, None),
        };
        if engine.is_none_or(|engine| self.is_free(engine)) {
            self.lines[index].head = Head::Begun(self.now + duration, engine);
        }
    }

    fn is_free(&self, engine: Engine) -> bool {
        let capacity = self.timing.as_ref().map(|timing| timing.capacity(engine));
        let busy = self
            .lines
            .iter()
            .filter(|line| line.head.engine() == Some(engine));
        capacity.is_none_or(|capacity| busy.count() < capacity)
    }
}
