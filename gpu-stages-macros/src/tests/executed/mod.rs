//! Random pipelines, planned as the macro does and executed on the embedded device, several in flight.
//!
//! Pipelines take resources, lists of them and pinned versions, and have opaque stages, some of which enqueue nothing
//! that is seen. The hazard checker finds no hazard. It finds one as soon as any event is removed from the wait list
//! of a command or from the waits of the host. There are no exceptions, also not after failures and drops.
//!
//! The other edges of the trace need not be necessary. `HostSeen` are events that were over when they were
//! queried, so that nothing waited. `HandOver` is a turn: turns are granted one after another, whether or not the
//! commands wait for each other. A host wait that only asks for a failure is no edge (`EdgeKind::HostWait`).
//!
//! A failure names its seed. Threads take part in a program, so that a seed is worth several tries:
//!
//! ```text
//! EXECUTED_SEED=17 cargo test -p gpu-stages-macros --lib executed
//! ```
//!
//! With `--release` there are ten times as many seeds.

mod arguments;
mod opaque;
mod parameter;
mod pipeline;
mod statement;
mod timed;

use arguments::Spares;
use fastrand::Rng;
use futures::executor::block_on;
use futures::future::{BoxFuture, join_all};
use futures::task::noop_waker_ref;
use gpu_stages::cpu::hazards::EdgeKind;
use gpu_stages::cpu::{Device, DeviceBuffer, Kernel, Queue};
use gpu_stages::{Resource, Result, Until, Version};
use parameter::Buffer;
use pipeline::{Fault, Pipeline};
use std::sync::{Arc, Condvar, Mutex};
use std::task::Context;

/// Blocks queues until it is opened.
#[derive(Clone, Debug, Default)]
struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    fn open(&self) {
        *self.0.0.lock().expect("no thread panics") = true;
        self.0.1.notify_all();
    }

    fn pass(&self) {
        let open = self.0.0.lock().expect("no thread panics");
        drop(self.0.1.wait_while(open, |open| !*open));
    }
}

/// What calls have in common.
struct Shared {
    device: Device,
    queues: Vec<Queue>,
    resources: Vec<Resource<Buffer>>,
    /// The pinned versions, with the number of the resource.
    versions: Vec<(usize, Version<Buffer>)>,
    spares: Spares,
}

impl Shared {
    fn new(rng: &mut Rng) -> Result<Self> {
        let device = Device::builder()
            .check_hazards(true)
            .record_trace(true)
            .build();
        let queue = |_| Queue::new(&device);
        let queues: Result<_> = (0..rng.usize(1..=4)).map(queue).collect();
        let mut shared = Shared {
            queues: queues?,
            resources: Vec::new(),
            versions: Vec::new(),
            spares: Spares::new(|| buffer(&device))?,
            device,
        };
        for _ in 0..rng.usize(1..=8) {
            shared.add_resource(rng.usize(1..=3))?;
        }
        Ok(shared)
    }

    /// A resource whose slots were all written: so the checker knows their memory.
    fn add_resource(&mut self, slots: usize) -> Result<()> {
        let resource = Resource::try_ring(slots, || buffer(&self.device))?;
        let kernel = Kernel::new("begin", |_: &mut [f32]| {});
        (0..slots).try_for_each(|_| write(&self.queues[0], &resource, &kernel))?;
        self.resources.push(resource);
        Ok(())
    }
}

fn buffer(device: &Device) -> Result<Buffer> {
    DeviceBuffer::new(device, 16)
}

/// A write by a separate call, which is granted at once.
fn write(queue: &Queue, resource: &Resource<Buffer>, kernel: &Kernel) -> Result<()> {
    let guard = resource.acquire_write()?;
    let mut guard = block_on(guard.wait_device(queue))?;
    queue.launch(kernel, 1, (&mut *guard,))?;
    guard.ready();
    Ok(())
}

struct World {
    shared: Shared,
    gate: Gate,
    faults: bool,
    in_flight: Vec<InFlight>,
}

struct InFlight {
    future: BoxFuture<'static, Result<(), Fault>>,
    /// The resources that it changes.
    changes: Vec<usize>,
}

impl World {
    fn new(rng: &mut Rng, faults: bool) -> Self {
        World {
            shared: Shared::new(rng).expect("resources and queues"),
            gate: Gate::default(),
            faults,
            in_flight: Vec::new(),
        }
    }

    /// Holds a queue until the gate opens.
    fn hold(&self, queue: &Queue) -> Result<()> {
        let gate = self.gate.clone();
        let kernel = Kernel::new("gate", move |_: &mut [f32]| gate.pass());
        let held = Resource::new(buffer(&self.shared.device)?);
        write(queue, &held, &kernel)
    }

    fn call(&mut self, rng: &mut Rng) {
        let changing = self.in_flight.iter().flat_map(|it| &it.changes);
        let changing: Vec<usize> = changing.copied().collect();
        let pipeline = Pipeline::random(rng, &self.shared, &changing, self.faults);
        let changes = pipeline.changes();
        let until = rng.choice([Until::Complete, Until::Enqueued]);
        let future = Box::pin(pipeline.call(&self.shared, until.expect("two")));
        self.in_flight.push(InFlight { future, changes });
    }

    /// Has a call go on, and drops it when it ends.
    fn poll(&mut self, rng: &mut Rng) {
        let index = rng.usize(0..self.in_flight.len());
        let context = &mut Context::from_waker(noop_waker_ref());
        let future = self.in_flight[index].future.as_mut();
        if future.poll(context).is_ready() {
            drop(self.in_flight.swap_remove(index));
        }
    }

    /// Holds a version for a while, or lets one go.
    fn pin(&mut self, rng: &mut Rng) {
        let Shared {
            resources,
            versions,
            ..
        } = &mut self.shared;
        let index = rng.usize(0..resources.len());
        let resource = &resources[index];
        match rng.u8(0..8) {
            0..=2 => versions.push((index, resource.pin())),
            3..=4 => versions.extend(resource.latest().map(|version| (index, version))),
            5 => versions.extend(rng.choice(&*versions).cloned()),
            _ if versions.is_empty() => {}
            _ => drop(versions.swap_remove(rng.usize(0..versions.len()))),
        }
    }

    fn step(&mut self, rng: &mut Rng) {
        let is_busy = !self.in_flight.is_empty();
        match rng.u8(0..18) {
            0..=4 if self.in_flight.len() < 6 => self.call(rng),
            5 if self.faults && is_busy => {
                let index = rng.usize(0..self.in_flight.len());
                drop(self.in_flight.swap_remove(index));
            }
            6 if rng.u8(0..4) == 0 => self.gate.open(),
            7 if self.faults => {
                let resource = rng.choice(&self.shared.resources);
                resource.expect("there are some").clear_poison();
            }
            8 => std::thread::yield_now(),
            9..=10 => self.pin(rng),
            _ if is_busy => self.poll(rng),
            _ => {}
        }
    }

    fn run(&mut self, rng: &mut Rng) -> Result<()> {
        let queues = self.shared.queues.iter();
        let mut held = queues.filter(|_| rng.u8(0..4) > 0);
        held.try_for_each(|queue| self.hold(queue))?;
        for _ in 0..rng.usize(4..40) {
            self.step(rng);
        }
        self.gate.open();
        // A version in hand keeps writers of its slot out.
        self.shared.versions.clear();
        // Poison, and versions that were never written, are part of the game.
        let futures = self.in_flight.drain(..).map(|it| it.future);
        drop(block_on(join_all(futures)));
        self.shared.queues.iter().for_each(Queue::finish);
        Ok(())
    }
}

/// Runs the program of one seed; every second one has failures, drops and accepted poison.
fn check(seed: u64) {
    let rng = &mut Rng::with_seed(seed);
    let mut world = World::new(rng, seed % 2 == 1);
    world.run(rng).expect("nothing is refused");
    let device = &world.shared.device;
    let hazards = device.hazards();
    assert!(hazards.is_empty(), "seed {seed}: {}", hazards[0]);
    let trace = device.trace().expect("it is recorded");
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
