//! Random programs of the manual interface on a simulated device: guards that move between queues and the host, opaque uses
//! that overlap or are forgotten, waits that are given up after any poll, pins, cleared poison and replaced values, and
//! buffers that the host moves from one guard to another, puts aside, and drops.
//!
//! What a host guard shows does not change while it is held, and the hazard checker finds nothing.

use fastrand::Rng;
use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Queue, Simulation};
use gpu_stages::guard::access::{Access, Read, Update, Write};
use gpu_stages::{
    Allocation, CommandQueue, DeviceGuard, HostGuard, HostReadGuard, Opaque, Resource, Result,
    Version,
};
use gpu_stages_tests::poll_once;
use std::future::Future;
use std::pin::Pin;

type Buffer = HostBuffer<u32>;
type Pending<A> = Pin<Box<dyn Future<Output = Result<State<A>>>>>;

const LEN: usize = 4;

/// One guard, in any state; on the host with what it showed first.
enum State<A: Access> {
    Acquired(Allocation<Buffer, A>),
    Waiting(Pending<A>),
    OnQueue(DeviceGuard<Buffer, A>, usize),
    OnHost(HostGuard<Buffer, A>, Vec<u32>),
    ToRead(HostReadGuard<Buffer, A>, Vec<u32>),
}

/// A queue, and a buffer to copy from and to, which no other queue uses.
struct Lane {
    queue: Queue,
    scratch: DeviceGuard<DeviceBuffer<u32>, Update>,
}

struct World {
    rng: Rng,
    simulation: Simulation,
    device: Device,
    lanes: Vec<Lane>,
    opaque: Vec<Opaque>,
    /// Buffers that the host has put aside.
    aside: Vec<Buffer>,
    next: u32,
}

/// What differs between shared and exclusive access.
trait Kind: Access + Sized {
    fn write_by_device(_: &mut DeviceGuard<Buffer, Self>, _: &mut Lane) {}
    fn write_unseen(_: &mut DeviceGuard<Buffer, Self>, _: &Lane) -> Option<Opaque> {
        None
    }
    fn write_by_host(_: &mut HostGuard<Buffer, Self>, _: u32) {}
    fn value(_: &mut HostGuard<Buffer, Self>) -> Option<&mut Buffer> {
        None
    }
}

impl Kind for Read {}

macro_rules! exclusive {
    ($($access:ty),+) => {$(
        impl Kind for $access {
            fn write_by_device(guard: &mut DeviceGuard<Buffer, Self>, lane: &mut Lane) {
                lane.queue.download(&lane.scratch, guard).unwrap();
            }

            fn write_unseen(guard: &mut DeviceGuard<Buffer, Self>, lane: &Lane) -> Option<Opaque> {
                Some(lane.queue.opaque((guard,)).unwrap())
            }

            fn write_by_host(guard: &mut HostGuard<Buffer, Self>, value: u32) {
                guard.fill(value);
            }

            fn value(guard: &mut HostGuard<Buffer, Self>) -> Option<&mut Buffer> {
                Some(guard)
            }
        }
    )+};
}

exclusive!(Update, Write);

/// A guard whose access is not known.
trait Step {
    /// Does something with it. `None` when it is gone.
    fn step(self: Box<Self>, world: &mut World) -> Option<Box<dyn Step>>;

    /// Nothing was written behind the reference of a host guard.
    fn check(&self);

    /// The value, and what it showed first, if the host may write it.
    fn value(&mut self) -> Option<(&mut Buffer, &mut Vec<u32>)>;
}

impl<A: Kind> Step for State<A> {
    fn step(self: Box<Self>, world: &mut World) -> Option<Box<dyn Step>> {
        Some(Box::new(advance(*self, world)?))
    }

    fn check(&self) {
        match self {
            State::OnHost(guard, first) => assert_eq!(guard[..], first[..]),
            State::ToRead(guard, first) => assert_eq!(guard[..], first[..]),
            State::Acquired(_) | State::Waiting(_) | State::OnQueue(..) => {}
        }
    }

    fn value(&mut self) -> Option<(&mut Buffer, &mut Vec<u32>)> {
        match self {
            State::OnHost(guard, first) => Some((A::value(guard)?, first)),
            _ => None,
        }
    }
}

fn advance<A: Kind>(state: State<A>, world: &mut World) -> Option<State<A>> {
    match (state, world.rng.u8(0..8)) {
        // A guard that is dropped at any time, made ready or not.
        (State::OnQueue(guard, _), 0) => guard.ready(),
        (State::OnHost(guard, _), 0) => guard.ready(),
        (State::ToRead(guard, _), 0) => guard.ready(),
        (state, 0) => drop(state),
        (State::Waiting(mut wait), _) => match poll_once(&mut wait) {
            std::task::Poll::Ready(result) => return result.ok(),
            std::task::Poll::Pending => return Some(State::Waiting(wait)),
        },
        (State::OnQueue(mut guard, at), 1..=4) => {
            use_on_queue(&mut guard, at, world);
            return Some(State::OnQueue(guard, at));
        }
        (State::OnHost(mut guard, _), 1..=3) => {
            A::write_by_host(&mut guard, world.value());
            let shown = guard.to_vec();
            return Some(State::OnHost(guard, shown));
        }
        (State::Acquired(guard), _) => return Some(State::Waiting(moved(guard, world))),
        (State::OnQueue(guard, _), _) => return Some(State::Waiting(moved(guard, world))),
        (State::OnHost(guard, _), _) => return Some(State::Waiting(moved(guard, world))),
        (State::ToRead(guard, _), _) => return Some(State::Waiting(moved(guard, world))),
    }
    None
}

fn use_on_queue<A: Kind>(guard: &mut DeviceGuard<Buffer, A>, at: usize, world: &mut World) {
    let (choice, value) = (world.rng.u8(0..6), world.value());
    let lane = &mut world.lanes[at];
    match choice {
        0 => lane.queue.upload(guard, &mut lane.scratch).unwrap(),
        1 => lane.queue.fill(&mut lane.scratch, value).unwrap(),
        2 => A::write_by_device(guard, lane),
        3 => world.opaque.extend(A::write_unseen(guard, lane)),
        4 => world.opaque.push(lane.queue.opaque((&*guard,)).unwrap()),
        _ => std::mem::forget(lane.queue.opaque((&*guard,)).unwrap()),
    }
}

/// A guard begins to wait: on a queue, or on the host.
fn moved<A: Kind, S: 'static>(
    guard: gpu_stages::guard::Guard<Buffer, A, S>,
    world: &mut World,
) -> Pending<A> {
    let at = world.rng.usize(0..world.lanes.len());
    let queue = world.lanes[at].queue.clone();
    match world.rng.u8(0..4) {
        0 => Box::pin(async {
            let guard = guard.wait_events().await?;
            let shown = guard.to_vec();
            Ok(State::OnHost(guard, shown))
        }),
        1 => Box::pin(async {
            let guard = guard.wait_events_to_read().await?;
            let shown = guard.to_vec();
            Ok(State::ToRead(guard, shown))
        }),
        _ => Box::pin(async move { Ok(State::OnQueue(guard.wait_device(&queue).await?, at)) }),
    }
}

impl World {
    fn new(seed: u64) -> Self {
        let simulation = Simulation::new();
        let builder = Device::builder().simulated(&simulation).check_hazards(true);
        let device = builder.build();
        let lane = |_| {
            let queue = Queue::new(&device).unwrap();
            let scratch = Resource::new(DeviceBuffer::new(&device, LEN).unwrap());
            let scratch = scratch.acquire_update().unwrap().wait_device(&queue);
            let scratch = simulation.block_on(scratch).unwrap();
            Lane { queue, scratch }
        };
        World {
            rng: Rng::with_seed(seed),
            lanes: (0..3).map(lane).collect(),
            simulation,
            device,
            opaque: Vec::new(),
            aside: Vec::new(),
            next: 0,
        }
    }

    /// A value that was not written before.
    fn value(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    fn buffer(&self) -> Buffer {
        HostBuffer::new(&self.device, LEN).unwrap()
    }

    fn acquire(&mut self, resource: &Resource<Buffer>, pins: &[Version<Buffer>]) -> Box<dyn Step> {
        let pin = (!pins.is_empty()).then(|| &pins[self.rng.usize(0..pins.len())]);
        match (self.rng.u8(0..5), pin) {
            (0, _) => Box::new(State::Acquired(resource.acquire_write().unwrap())),
            (1, None) => Box::new(State::Acquired(resource.acquire_update().unwrap())),
            (1, Some(pin)) => Box::new(State::Acquired(pin.acquire_update().unwrap())),
            (_, Some(pin)) => Box::new(State::Acquired(pin.acquire_read().unwrap())),
            (_, None) => Box::new(State::Acquired(resource.acquire_read().unwrap())),
        }
    }

    /// The host moves the buffers of its guards.
    fn move_buffers(&mut self, steps: &mut [Box<dyn Step>]) {
        let mut values: Vec<_> = steps.iter_mut().filter_map(|step| step.value()).collect();
        let fresh = self.buffer();
        match (self.rng.u8(0..6), values.as_mut_slice()) {
            (0..=1, [(a, first), (b, second), ..]) => {
                std::mem::swap(*a, *b);
                std::mem::swap(*first, *second);
            }
            (2, [(value, first), ..]) => {
                **first = fresh.to_vec();
                self.aside.push(std::mem::replace(value, fresh));
            }
            (3, [.., (value, first)]) => {
                if let Some(other) = self.aside.last_mut() {
                    std::mem::swap(*value, other);
                    **first = value.to_vec();
                }
            }
            (4, _) => self.aside.clear(),
            _ => {}
        }
    }

    /// What is no use of a guard.
    fn disturb(&mut self, resource: &Resource<Buffer>, pins: &mut Vec<Version<Buffer>>) {
        match self.rng.u8(0..10) {
            0 => resource.clear_poison(),
            1 => {
                let value = self.aside.pop().unwrap_or_else(|| self.buffer());
                drop(poll_once(&mut Box::pin(resource.replace(value))));
            }
            2 if pins.len() < 3 => pins.push(resource.pin()),
            3 => pins.extend(resource.latest()),
            4 => pins.truncate(1),
            5 => pins.clear(),
            6 if !self.opaque.is_empty() => {
                let index = self.rng.usize(0..self.opaque.len());
                drop(self.opaque.swap_remove(index));
            }
            _ => drop(self.simulation.step(self.rng.usize(0..8))),
        }
    }
}

fn run(seed: u64) {
    let mut world = World::new(seed);
    let slots = world.rng.usize(1..3);
    let resources = [slots, 1]
        .map(|slots| Resource::ring((0..slots).map(|_| world.buffer()).collect::<Vec<_>>()));
    let (mut steps, mut pins) = (Vec::<Box<dyn Step>>::new(), [Vec::new(), Vec::new()]);
    for _ in 0..200 {
        let at = usize::from(world.rng.u8(0..3) == 0);
        if steps.len() < 6 && world.rng.u8(0..3) == 0 {
            let step = world.acquire(&resources[at], &pins[at]);
            steps.push(step);
        }
        if !steps.is_empty() {
            let step = steps.swap_remove(world.rng.usize(0..steps.len()));
            steps.extend(step.step(&mut world));
        }
        world.move_buffers(&mut steps);
        world.disturb(&resources[at], &mut pins[at]);
        steps.iter().for_each(|step| step.check());
    }
    drop((steps, pins));
    world.opaque.clear();
    for resource in resources {
        let last = resource.acquire_write().unwrap().wait_events();
        world.simulation.block_on(last).unwrap().ready();
    }
    world.device.assert_no_hazards();
}

#[test]
fn random_guards_have_no_hazards() {
    (0..250).for_each(run);
}
