//! [`Engines`]: a timing model in real time.

use super::{Engine, Timing};
use crate::backend::Command;
use crate::cpu::Cpu;
use crate::util::primitives::{Condvar, Mutex, lock, unpoisoned};
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// The engines of a device that runs by itself. Its queues take turns at them.
#[derive(Debug)]
pub(in crate::cpu) struct Engines {
    timing: Timing,
    lines: Mutex<Lines>,
    /// An engine has become free.
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Lines {
    upload: Line,
    download: Line,
    compute: Line,
}

/// The queues at one engine.
#[derive(Debug, Default)]
struct Line {
    /// For how many commands it works now.
    busy: usize,
    /// Who waits for it, the longest first.
    waiting: VecDeque<u64>,
    /// How many have come so far, to tell them apart.
    total: u64,
}

/// An engine that works for one command, until it is dropped.
#[derive(Debug)]
pub(in crate::cpu) struct Hold<'a> {
    engines: &'a Engines,
    engine: Engine,
    ends: Instant,
}

impl Lines {
    fn at(&mut self, engine: Engine) -> &mut Line {
        match engine {
            Engine::Upload => &mut self.upload,
            Engine::Download => &mut self.download,
            Engine::Compute => &mut self.compute,
        }
    }
}

impl Engines {
    pub fn new(timing: Timing) -> Self {
        Engines {
            timing,
            lines: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    /// Waits until the command's engine is free for it, which is now in use; `None` if it needs no engine.
    pub fn take(&self, command: &Command<Cpu>) -> Option<Hold<'_>> {
        let (duration, engine) = self.timing.of(command);
        Some(self.take_for(duration, engine?))
    }

    fn take_for(&self, duration: Duration, engine: Engine) -> Hold<'_> {
        let capacity = self.timing.capacity(engine);
        let mut lines = lock(&self.lines);
        let line = lines.at(engine);
        let own = line.total;
        line.total += 1;
        line.waiting.push_back(own);
        while line_is_closed(lines.at(engine), own, capacity) {
            lines = unpoisoned(self.changed.wait(lines));
        }
        let line = lines.at(engine);
        line.waiting.pop_front();
        line.busy += 1;
        drop(lines);
        // With several engines of a kind the next in line may find one free as well.
        self.changed.notify_all();
        Hold {
            engines: self,
            engine,
            ends: Instant::now() + duration,
        }
    }
}

/// Whether the one with number `own` has to wait.
fn line_is_closed(line: &Line, own: u64, capacity: usize) -> bool {
    line.busy >= capacity || line.waiting.front() != Some(&own)
}

impl Hold<'_> {
    /// Sleeps until the command has taken as long as it should, at least.
    pub fn pass(&self) {
        std::thread::sleep(self.ends.saturating_duration_since(Instant::now()));
    }
}

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        lock(&self.engines.lines).at(self.engine).busy -= 1;
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
    fn an_engine_works_for_as_many_as_the_model_says() {
        let engines = Engines::new(Timing::new().compute_engines(2));
        assert_eq!(at_a_time(&engines, Engine::Upload, 8), 1);
        assert_eq!(at_a_time(&engines, Engine::Download, 8), 1);
        assert!(at_a_time(&engines, Engine::Compute, 8) <= 2);
    }

    #[test]
    fn engines_work_side_by_side() {
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
    fn who_came_first_is_first() {
        for _ in 0..100 {
            assert_eq!(turns(6), [0, 1, 2, 3, 4, 5]);
        }
    }

    /// The order in which `count` threads, which come one after another, have their turns.
    fn turns(count: u64) -> Vec<u64> {
        let engines = Engines::new(Timing::new());
        let first = engines.take_for(NOTHING, Engine::Upload);
        let (came, order) = mpsc::channel();
        thread::scope(|scope| {
            for number in 0..count {
                let (came, engines) = (came.clone(), &engines);
                scope.spawn(move || {
                    let hold = engines.take_for(NOTHING, Engine::Upload);
                    came.send(number).expect("somebody receives");
                    drop(hold);
                });
                while lock(&engines.lines).upload.total < number + 2 {
                    thread::yield_now();
                }
            }
            drop(first);
        });
        drop(came);
        order.iter().collect()
    }
}
