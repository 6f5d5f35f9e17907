//! [`Engines`]: a timing model in real time.

use super::model::{Engine, Timing};
use crate::backend::Command;
use crate::cpu::backend::Cpu;
use crate::util::primitives::{Condvar, Mutex, MutexGuard, lock, unpoisoned};
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Stands for all times that end later than an `Instant` can tell.
const FAR: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);

/// The engines of a device that runs by itself. The threads of its queues take turns at them.
#[derive(Debug)]
pub(in crate::cpu) struct Engines {
    timing: Timing,
    states: Mutex<EngineStates>,
    /// An engine has become free.
    changed: Condvar,
}

#[derive(Debug, Default)]
struct EngineStates {
    upload: EngineState,
    download: EngineState,
    compute: EngineState,
}

/// The use of one engine.
#[derive(Debug, Default)]
struct EngineState {
    /// How many commands it runs now.
    busy: usize,
    /// Its wait queue: the tickets of the commands that wait, the oldest first.
    waiting: VecDeque<u64>,
    /// The number of tickets so far.
    tickets: u64,
}

/// The use of an engine by one command, until it is dropped.
#[derive(Debug)]
pub(in crate::cpu) struct Hold<'a> {
    engines: &'a Engines,
    engine: Engine,
    ends: Instant,
}

impl EngineStates {
    fn at(&mut self, engine: Engine) -> &mut EngineState {
        match engine {
            Engine::Upload => &mut self.upload,
            Engine::Download => &mut self.download,
            Engine::Compute => &mut self.compute,
        }
    }
}

impl EngineState {
    /// Enters the wait queue.
    fn enter(&mut self) -> u64 {
        let ticket = self.tickets;
        self.tickets += 1;
        self.waiting.push_back(ticket);
        ticket
    }

    /// Begins the use of the first in the wait queue.
    fn begin(&mut self) {
        self.waiting.pop_front();
        self.busy += 1;
    }

    /// Whether the command with this ticket can begin on an engine that runs `capacity` commands at a time.
    fn can_begin(&self, ticket: u64, capacity: usize) -> bool {
        self.busy < capacity && self.waiting.front() == Some(&ticket)
    }
}

impl Engines {
    pub fn new(timing: Timing) -> Self {
        Engines {
            timing,
            states: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    /// Blocks this thread until the command's engine is free for it; `None` if it needs no engine.
    pub fn take(&self, command: &Command<Cpu>) -> Option<Hold<'_>> {
        let (duration, engine) = self.timing.of(command);
        Some(self.take_for(duration, engine?))
    }

    fn take_for(&self, duration: Duration, engine: Engine) -> Hold<'_> {
        let capacity = self.timing.capacity(engine);
        let mut states = self.states();
        let ticket = states.at(engine).enter();
        while !states.at(engine).can_begin(ticket, capacity) {
            states = unpoisoned(self.changed.wait(states));
        }
        states.at(engine).begin();
        drop(states);
        let now = Instant::now();
        // With several engines of a kind the next in the wait queue may find one free as well.
        self.changed.notify_all();
        Hold {
            engines: self,
            engine,
            ends: now.checked_add(duration).unwrap_or_else(|| now + FAR),
        }
    }

    fn states(&self) -> MutexGuard<'_, EngineStates> {
        lock(&self.states)
    }
}

impl Hold<'_> {
    /// Sleeps until the command has taken at least as long as it should.
    pub fn pass(&self) {
        std::thread::sleep(self.ends.saturating_duration_since(Instant::now()));
    }
}

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        self.engines.states().at(self.engine).busy -= 1;
        self.engines.changed.notify_all();
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;
    use std::sync::mpsc;
    use std::thread;

    const NOTHING: Duration = Duration::ZERO;

    /// Has `count` threads use the engine at once, and returns how many did so at most.
    fn at_a_time(engines: &Engines, engine: Engine, count: usize) -> usize {
        let inside = Mutex::new((0, 0));
        thread::scope(|scope| {
            for _ in 0..count {
                scope.spawn(|| {
                    let hold = engines.take_for(Duration::from_millis(1), engine);
                    let mut counts = lock(&inside);
                    counts.0 += 1;
                    counts.1 = counts.1.max(counts.0);
                    drop(counts);
                    hold.pass();
                    lock(&inside).0 -= 1;
                });
            }
        });
        lock(&inside).1
    }

    #[test]
    fn a_command_begins_when_it_is_first_and_the_engine_is_free() {
        let mut state = EngineState::default();
        let (first, second) = (state.enter(), state.enter());
        assert!(state.can_begin(first, 1));
        assert!(!state.can_begin(second, 2));
        state.begin();
        assert!(!state.can_begin(second, 1));
        assert!(state.can_begin(second, 2));
        state.busy -= 1;
        assert!(state.can_begin(second, 1));
    }

    #[test]
    fn an_engine_runs_as_many_commands_as_the_model_says() {
        let engines = Engines::new(Timing::new().compute_engines(2));
        assert_eq!(at_a_time(&engines, Engine::Upload, 8), 1);
        assert_eq!(at_a_time(&engines, Engine::Download, 8), 1);
        assert!(at_a_time(&engines, Engine::Compute, 8) <= 2);
    }

    #[test]
    fn an_engine_is_taken_for_ever_and_given_back() {
        let engines = Engines::new(Timing::new());
        for _ in 0..2 {
            let hold = engines.take_for(Duration::MAX, Engine::Compute);
            assert!(hold.ends > Instant::now() + FAR / 2);
        }
    }

    #[test]
    fn engines_run_side_by_side() {
        let engines = Engines::new(Timing::new().compute_engines(2));
        let all = [
            Engine::Upload,
            Engine::Download,
            Engine::Compute,
            Engine::Compute,
        ];
        let holds: Vec<_> = all
            .iter()
            .map(|&engine| engines.take_for(NOTHING, engine))
            .collect();
        assert_eq!(holds.len(), 4);
    }

    #[test]
    fn the_command_that_came_first_begins_first() {
        for _ in 0..100 {
            assert_eq!(turns(6), [0, 1, 2, 3, 4, 5]);
        }
    }

    /// The order in which `count` threads, which come one after another, take an engine.
    fn turns(count: u64) -> Vec<u64> {
        let engines = Engines::new(Timing::new());
        let first = engines.take_for(NOTHING, Engine::Upload);
        let (came, order) = mpsc::channel();
        thread::scope(|scope| {
            for number in 0..count {
                let (came, engines) = (came.clone(), &engines);
                scope.spawn(move || {
                    let hold = engines.take_for(NOTHING, Engine::Upload);
                    came.send(number).expect("the receiver is alive");
                    drop(hold);
                });
                while engines.states().upload.tickets < number + 2 {
                    thread::yield_now();
                }
            }
            drop(first);
        });
        drop(came);
        order.iter().collect()
    }
}
