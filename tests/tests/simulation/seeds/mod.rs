//! One seed decides everything: which task is polled next, woken or not, which queue takes a step, what fails, panics,
//! is dropped or starved. Then the faults stop, and everything must finish.
//!
//! A seed that fails prints the command that repeats it. `SIMULATION_SEEDS=100000` runs more of them.
//!
//! Late and lost wakes of the device are not simulated: the embedded device itself wakes the tasks that wait for it.
//! `opencl_driver/lost_callbacks.rs` tests lost callbacks.

mod executor;
mod journal;
mod pipelines;
mod world;

use executor::Tasks;
use fastrand::Rng;
use gpu_stages::cpu::Simulation;
use gpu_stages::cpu::simulation::Ready;
use gpu_stages::{CommandQueue, QueueId, set_blocking_spawner};
use gpu_stages_tests::heap;
use gpu_stages_tests::process::in_own_process;
use journal::Read;
use std::panic::catch_unwind;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use world::World;

/// Bytes by which free lists may grow from one tenth of the seeds to the next.
const SLACK: isize = 256 * 1024;

/// Actions before the faults stop.
const ACTIONS: usize = 120;

/// What a seed may do besides polling and stepping.
struct Plan {
    spurious: bool,
    drops: bool,
    starves: bool,
}

struct Run {
    simulation: Simulation,
    world: Rc<World>,
    tasks: Tasks,
    faults: Arc<AtomicBool>,
    starved: Option<QueueId>,
    plan: Plan,
}

impl Run {
    fn new(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let simulation = Simulation::new();
        let faults = Arc::new(AtomicBool::new(rng.bool()));
        let plan = Plan {
            spurious: rng.bool(),
            drops: rng.bool(),
            starves: rng.bool(),
        };
        let (fails, chance) = (faults.clone(), rng.u64(2..60));
        let phase = rng.u64(..chance);
        simulation.fail_commands(move |command| {
            fails.load(Ordering::Relaxed) && command.number % chance == phase
        });
        let traps = rng.u8(..3) == 0;
        let world = World::new(&simulation, rng);
        world.traps.set(traps);
        world.peaceful.set(!faults.load(Ordering::Relaxed));
        Run {
            simulation,
            world,
            tasks: Tasks::default(),
            faults,
            starved: None,
            plan,
        }
    }

    fn below(&self, end: usize) -> usize {
        self.world.rng.borrow_mut().usize(..end)
    }

    /// Does something.
    fn act(&mut self) {
        match self.below(20) {
            0..=4 => {
                let task = self.world.call();
                self.tasks.add(task);
            }
            5 => {
                let stream = self.world.stream();
                self.tasks.add(stream);
            }
            6 if self.plan.drops => {
                let index = self.below(ACTIONS);
                if self.tasks.drop_one(index) {
                    self.world.peaceful.set(false);
                }
            }
            7 if self.plan.spurious => self.tasks.poll_any(self.below(ACTIONS)),
            8 if self.plan.starves => {
                let queue = self.below(self.world.queues.len());
                self.starved = Some(self.world.queues[queue].id());
            }
            9 => self.world.pin(),
            10 => self.world.unpin(),
            11 => self.world.clear_poison(),
            12 if self.below(8) == 0 => {
                let queue = self.below(self.world.queues.len());
                self.world.queues[queue].finish();
            }
            _ => {
                self.go_on();
            }
        }
    }

    /// Polls a task that was woken, or steps; whether there was any.
    fn go_on(&mut self) -> bool {
        let woken = self.tasks.woken();
        let ready = self.simulation.ready().into_iter().enumerate();
        let goes = |(_, ready): &(usize, Ready)| match ready {
            Ready::Command(queue) => Some(*queue) != self.starved,
            _ => true,
        };
        let ready: Vec<usize> = ready.filter(goes).map(|(index, _)| index).collect();
        if woken.len() + ready.len() == 0 {
            return false;
        }
        match self.below(woken.len() + ready.len()) {
            choice if choice < woken.len() => self.tasks.poll(woken[choice]),
            choice => {
                self.simulation.step(ready[choice - woken.len()]);
            }
        }
        true
    }

    /// Nothing goes wrong any more: all must finish.
    fn finish(&mut self) {
        self.world.unpin();
        self.starved = None;
        while self.go_on() {}
        let left = self.tasks.left();
        assert!(
            left == 0,
            "{left} tasks stay:\n{}",
            gpu_stages::stall::report()
        );
    }

    /// What was read in which order.
    fn run(&mut self) -> Vec<Read> {
        for _ in 0..ACTIONS {
            self.act();
        }
        self.faults.store(false, Ordering::Relaxed);
        self.world.traps.set(false);
        self.finish();
        for task in self.world.renew() {
            self.tasks.add(task);
        }
        self.finish();
        self.world.journal.check(self.world.peaceful.get());
        self.world.check_list();
        self.world.device.assert_no_hazards();
        self.world.journal.reads()
    }
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

#[test]
fn everything_finishes_whatever_the_seed() {
    in_own_process(everything_finishes_whatever_the_seed, || {
        // What is run in place is run in order.
        set_blocking_spawner(|job| job()).expect("it was not set before");
        if let Some(seed) = number("SIMULATION_SEED") {
            Run::new(seed).run();
            return;
        }
        for seed in 0..20 {
            let same = Run::new(seed).run() == Run::new(seed).run();
            assert!(same, "seed {seed} does not decide everything");
        }
        let default = if cfg!(debug_assertions) {
            1_000
        } else {
            20_000
        };
        let seeds = number("SIMULATION_SEEDS").unwrap_or(default);
        heap::start();
        let mut first = None;
        for seed in 0..seeds {
            let outcome = catch_unwind(|| Run::new(seed).run());
            assert!(
                outcome.is_ok(),
                "to repeat it: SIMULATION_SEED={seed} cargo test -p gpu-stages-tests --test simulation"
            );
            if seed % (seeds / 10).max(1) == seeds / 10 {
                let live = heap::live_bytes();
                let first = *first.get_or_insert(live);
                assert!(
                    live <= first + SLACK,
                    "seed {seed}: {first} bytes grew to {live}"
                );
            }
        }
    });
}
