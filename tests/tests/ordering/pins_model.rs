//! Random uses of a ring with pins, compared with a model that is simple enough to check by reading.
//!
//! The model keeps a wait queue for each slot: all uses that were acquired and not released, in order. A use is granted
//! when no earlier use of its slot conflicts with it.

use gpu_stages::guard::access::{Read, Update, Write};
use gpu_stages::{Allocation, HostGuard, Resource, Result, Version};
use gpu_stages_tests::poll_once;
use std::future::Future;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::task::Poll;

type Wait<A> = Pin<Box<dyn Future<Output = Result<HostGuard<u32, A>>>>>;

fn wait<A: gpu_stages::guard::access::Access>(allocation: Result<Allocation<u32, A>>) -> Wait<A> {
    Box::pin(allocation.unwrap().wait_events())
}

enum Real {
    Reading(Wait<Read>),
    Updating(Wait<Update>),
    Writing(Wait<Write>),
    Reader(HostGuard<u32, Read>),
    Updater(HostGuard<u32, Update>),
    Writer(HostGuard<u32, Write>),
    Pin(Version<u32>),
}

impl Real {
    /// Polls once what waits.
    fn advance(&mut self) {
        let next = match self {
            Real::Reading(wait) => poll_once(wait).map(|guard| Real::Reader(guard.unwrap())),
            Real::Updating(wait) => poll_once(wait).map(|guard| Real::Updater(guard.unwrap())),
            Real::Writing(wait) => poll_once(wait).map(|guard| Real::Writer(guard.unwrap())),
            _ => Poll::Pending,
        };
        if let Poll::Ready(next) = next {
            *self = next;
        }
    }

    fn runs(&self) -> bool {
        matches!(self, Real::Reader(_) | Real::Updater(_) | Real::Writer(_))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Read,
    Change,
    ChangePinned,
    Pin,
}

struct Use {
    kind: Kind,
    real: Real,
}

/// Whether `later` waits for `earlier`.
fn conflict(earlier: Kind, later: Kind) -> bool {
    let both = [earlier, later];
    let share = both
        .iter()
        .all(|kind| matches!(kind, Kind::Read | Kind::Pin));
    !share && both != [Kind::Pin, Kind::ChangePinned]
}

struct World {
    ring: Resource<u32>,
    /// For each slot, its uses in order, and its value.
    slots: Vec<(Vec<Use>, u32)>,
    newest: usize,
    written: u32,
}

impl World {
    fn new(slots: usize) -> Self {
        World {
            ring: Resource::ring((0..slots).map(|_| 0)),
            slots: (0..slots).map(|_| (Vec::new(), 0)).collect(),
            newest: 0,
            written: 0,
        }
    }

    fn add(&mut self, kind: Kind, real: Real) {
        let slot = self.newest;
        self.slots[slot].0.push(Use { kind, real });
    }

    /// Adds a use through the pin at `position`: before the first later use that changes the slot.
    fn add_through(&mut self, slot: usize, position: usize, kind: Kind, real: Real) {
        let queue = &mut self.slots[slot].0;
        let later = &queue[position..];
        let change = later.iter().position(|used| used.kind == Kind::Change);
        let place = change.map_or(queue.len(), |change| position + change);
        queue.insert(place, Use { kind, real });
    }

    fn random_pin(&self, random: &mut fastrand::Rng) -> Option<(usize, usize)> {
        let queues = self.slots.iter().enumerate();
        let pins = queues.flat_map(|(slot, (queue, _))| {
            let pins = queue.iter().enumerate();
            let pins = pins.filter(|(_, used)| used.kind == Kind::Pin);
            pins.map(move |(position, _)| (slot, position))
        });
        let pins: Vec<_> = pins.collect();
        random.choice(pins)
    }

    fn through(&mut self, random: &mut fastrand::Rng) -> ControlFlow<()> {
        let Some((slot, position)) = self.random_pin(random) else {
            return ControlFlow::Break(());
        };
        let Real::Pin(pin) = &self.slots[slot].0[position].real else {
            unreachable!("it is a pin");
        };
        let (kind, real) = match random.u8(..3) {
            0 => (Kind::Read, Real::Reading(wait(pin.acquire_read()))),
            1 => (
                Kind::ChangePinned,
                Real::Updating(wait(pin.acquire_update())),
            ),
            _ => (Kind::Pin, Real::Pin(pin.clone())),
        };
        self.add_through(slot, position, kind, real);
        ControlFlow::Continue(())
    }

    /// Releases a random use. A waiting writer stays: dropping it would leave a version that was never written.
    fn release(&mut self, random: &mut fastrand::Rng) {
        let slot = random.usize(..self.slots.len());
        let (queue, value) = &mut self.slots[slot];
        if queue.is_empty() {
            return;
        }
        let position = random.usize(..queue.len());
        if matches!(queue[position].real, Real::Writing(_)) {
            return;
        }
        self.written += 1;
        match queue.remove(position).real {
            Real::Reader(guard) => assert_eq!(*guard, *value),
            Real::Updater(mut guard) => {
                assert_eq!(*guard, *value);
                (*guard, *value) = (self.written, self.written);
                guard.ready();
            }
            Real::Writer(mut guard) => {
                (*guard, *value) = (self.written, self.written);
                guard.ready();
            }
            _ => {}
        }
    }

    fn step(&mut self, random: &mut fastrand::Rng) {
        match random.u8(..10) {
            0 => self.add(Kind::Read, Real::Reading(wait(self.ring.acquire_read()))),
            1 => self.add(
                Kind::Change,
                Real::Updating(wait(self.ring.acquire_update())),
            ),
            2 => {
                self.newest = (self.newest + 1) % self.slots.len();
                self.add(Kind::Change, Real::Writing(wait(self.ring.acquire_write())));
            }
            3 => self.add(Kind::Pin, Real::Pin(self.ring.pin())),
            4 | 5 => _ = self.through(random),
            _ => self.release(random),
        }
    }

    /// The uses that the model grants are granted, and no others.
    fn check(&mut self) {
        for (queue, _) in &mut self.slots {
            queue.iter_mut().for_each(|used| used.real.advance());
            for (position, used) in queue.iter().enumerate() {
                let mut before = queue[..position].iter();
                let is_free = !before.any(|other| conflict(other.kind, used.kind));
                assert!(used.kind == Kind::Pin || used.real.runs() == is_free);
            }
        }
    }
}

#[test]
fn a_use_is_granted_exactly_when_no_earlier_use_conflicts() {
    for seed in 0..500 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut world = World::new(random.usize(1..4));
        for _ in 0..200 {
            world.step(&mut random);
            world.check();
        }
    }
}
