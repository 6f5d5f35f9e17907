//! Random pipelines, planned as the macro does and executed on the embedded device, several in flight.
//!
//! The hazard checker finds no hazard, and one as soon as any event is taken out of a command's wait list: to that
//! there are no exceptions, not after failures and drops either.
//!
//! The trace's other edges are not held to be needed. `Seen` and most of `HostWait` are events that were over when they
//! were looked at, so that nobody waited; the trace does not tell those that the host awaited from the others. The host
//! may also await an event for its data alone: whether a command failed that others are behind. `HandOver` is a turn:
//! it admits users one after another, whether or not their commands wait for each other.
//!
//! A failure names its seed. Threads take part in a program, so that a seed is worth several tries:
//!
//! ```text
//! EXECUTED_SEED=17 cargo test -p gpu-stages-macros --lib executed
//! ```
//!
//! With `--release` there are ten times as many seeds.

mod parameter;
mod pipeline;

use fastrand::Rng;
use futures::executor::block_on;
use futures::future::{BoxFuture, join_all};
use futures::task::noop_waker_ref;
use gpu_stages::cpu::hazards::EdgeKind;
use gpu_stages::cpu::{Device, DeviceBuffer, Kernel, Queue};
use gpu_stages::{Resource, Result, Until};
use pipeline::{Fault, LEN, Pipeline};
use std::sync::{Arc, Condvar, Mutex};
use std::task::Context;

/// Something that holds up queues until it is opened.
#[derive(Clone, Debug, Default)]
struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    fn open(&self) {
        *self.0.0.lock().expect("nobody panics") = true;
        self.0.1.notify_all();
    }

    fn pass(&self) {
        let open = self.0.0.lock().expect("nobody panics");
        drop(self.0.1.wait_while(open, |open| !*open));
    }
}

struct World {
    device: Device,
    queues: Vec<Queue>,
    resources: Vec<Resource<DeviceBuffer<f32>>>,
    gate: Gate,
    faults: bool,
    in_flight: Vec<BoxFuture<'static, Result<(), Fault>>>,
}

impl World {
    fn new(rng: &mut Rng, faults: bool) -> Self {
        let device = Device::builder()
            .check_hazards(true)
            .record_trace(true)
            .build();
        let buffer = || DeviceBuffer::new(&device, LEN);
        let count = rng.usize(1..=8);
        let ring = |_| Resource::try_ring(rng.usize(1..=3), buffer).expect("a ring");
        let resources = (0..count).map(ring).collect();
        let queue = |_| Queue::new(&device).expect("a queue");
        World {
            queues: (0..rng.usize(1..=4)).map(queue).collect(),
            resources,
            device,
            gate: Gate::default(),
            faults,
            in_flight: Vec::new(),
        }
    }

    /// Holds a queue until the gate opens.
    fn hold(&self, queue: &Queue) {
        let gate = self.gate.clone();
        let kernel = Kernel::new("gate", move |_: &mut [f32]| gate.pass());
        let held = Resource::new(DeviceBuffer::<f32>::new(&self.device, 1).expect("a buffer"));
        let guard = held.acquire_write().expect("nobody else has it");
        let mut guard = block_on(guard.wait_device(queue)).expect("nobody else has it");
        let held = queue.launch(&kernel, 1, (&mut *guard,));
        held.expect("it is on this queue");
        guard.ready();
    }

    fn run(&mut self, rng: &mut Rng) {
        self.queues
            .iter()
            .filter(|_| rng.u8(0..4) > 0)
            .for_each(|queue| self.hold(queue));
        for _ in 0..rng.usize(4..40) {
            match rng.u8(0..16) {
                0..=4 if self.in_flight.len() < 6 => {
                    let (queues, resources) = (self.queues.len(), self.resources.len());
                    let pipeline = Pipeline::random(rng, queues, resources, self.faults);
                    let until = *rng
                        .choice(&[Until::Complete, Until::Enqueued])
                        .expect("two");
                    let call = pipeline.call(&self.device, &self.queues, &self.resources, until);
                    self.in_flight.push(Box::pin(call));
                }
                5 if self.faults && !self.in_flight.is_empty() => {
                    let index = rng.usize(0..self.in_flight.len());
                    drop(self.in_flight.swap_remove(index));
                }
                6 if rng.u8(0..4) == 0 => self.gate.open(),
                7 if self.faults => rng.choice(&self.resources).expect("one").clear_poison(),
                8 => std::thread::yield_now(),
                _ if !self.in_flight.is_empty() => {
                    let index = rng.usize(0..self.in_flight.len());
                    let polled = self.in_flight[index].as_mut();
                    if polled
                        .poll(&mut Context::from_waker(noop_waker_ref()))
                        .is_ready()
                    {
                        drop(self.in_flight.swap_remove(index));
                    }
                }
                _ => {}
            }
        }
        self.gate.open();
        // Poison, and versions that were never written, are part of the game.
        drop(block_on(join_all(self.in_flight.drain(..))));
        self.queues.iter().for_each(Queue::finish);
    }
}

/// Runs the program of one seed; every second one has failures, drops and accepted poison.
fn check(seed: u64) {
    let rng = &mut Rng::with_seed(seed);
    let mut world = World::new(rng, seed % 2 == 1);
    world.run(rng);
    let hazards = world.device.hazards();
    assert!(hazards.is_empty(), "seed {seed}: {}", hazards[0]);
    let trace = world.device.trace().expect("it is recorded");
    let edges = trace.edges().into_iter();
    for edge in edges.filter(|edge| matches!(edge.kind, EdgeKind::Wait | EdgeKind::HostWait)) {
        let found = trace.without(edge).hazards();
        assert!(!found.is_empty(), "seed {seed}: {edge:?} is not needed");
    }
}

/// How many seeds are tried.
const SEEDS: u64 = if cfg!(debug_assertions) {
    2_000
} else {
    20_000
};

#[test]
fn random_pipelines_wait_for_what_they_must_and_no_more() {
    match std::env::var("EXECUTED_SEED") {
        Ok(seed) => check(seed.parse().expect("EXECUTED_SEED is a number")),
        Err(_) => (0..SEEDS).for_each(check),
    }
}
