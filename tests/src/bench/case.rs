//! Things that are measured in turn.

use crate::heap;
use std::fmt;
use std::time::{Duration, Instant};

/// Long against reading the clock, short against the time for which other programs take the processor away.
const BATCH: Duration = Duration::from_micros(50);

/// Something that is done again and again, and what it took.
pub struct Case {
    /// Its name in the report.
    pub name: String,
    run: Box<dyn FnMut(usize) -> Duration>,
    /// How often it is done in a round.
    times: usize,
    batch: Duration,
    /// Nanoseconds for each time, one entry per round.
    pub nanoseconds: Vec<f64>,
    /// Heap allocations for each time, if the process [counts](heap::Counting) them.
    pub allocations: f64,
}

impl Case {
    /// `run` does it as often as it is told.
    pub fn new(name: impl Into<String>, mut run: impl FnMut(usize) + 'static) -> Self {
        Self::timed(name, move |times| {
            let start = Instant::now();
            run(times);
            start.elapsed()
        })
    }

    /// `run` does it as often as it is told, and says how long that took, without what comes before and after.
    pub fn timed(name: impl Into<String>, run: impl FnMut(usize) -> Duration + 'static) -> Self {
        Case {
            name: name.into(),
            run: Box::new(run),
            times: 1,
            batch: BATCH,
            nanoseconds: Vec::new(),
            allocations: 0.0,
        }
    }

    /// A round lasts so long, where the usual 50 microseconds say nothing.
    #[must_use]
    pub fn in_batches_of(mut self, batch: Duration) -> Self {
        self.batch = batch;
        self
    }

    /// Does it without noting anything.
    pub fn run(&mut self, times: usize) {
        (self.run)(times);
    }

    /// Finds out how often it is done within a batch, when nothing interrupts.
    fn calibrate(&mut self) {
        let mut shortest = |times| (0..5).map(|_| (self.run)(times)).min();
        while shortest(self.times) < Some(self.batch) && self.times < 1 << 20 {
            self.times *= 2;
        }
    }

    fn round(&mut self) {
        // What the case before left in the caches is not this one's concern.
        (self.run)(self.times.div_ceil(8));
        let took = (self.run)(self.times);
        self.nanoseconds
            .push(took.as_nanos() as f64 / self.times as f64);
    }

    fn count(&mut self) {
        heap::start();
        let before = heap::allocations();
        (self.run)(self.times);
        self.allocations = (heap::allocations() - before) as f64 / self.times as f64;
        heap::stop();
    }
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Case")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Measures all cases, `rounds` times, each time in another order. They keep their places.
pub fn interleave(cases: &mut [Case], rounds: usize) {
    cases.iter_mut().for_each(Case::calibrate);
    let mut order: Vec<usize> = (0..cases.len()).collect();
    for _ in 0..rounds {
        fastrand::shuffle(&mut order);
        order.iter().for_each(|&index| cases[index].round());
    }
    cases.iter_mut().for_each(Case::count);
}
