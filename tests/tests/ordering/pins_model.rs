//! Random uses of a ring with pins, against a model that is right by inspection.
//!
//! The model keeps, for each slot, everybody who asked for it and has not left, in the order in which they have to
//! go. Somebody may run when nobody before conflicts.

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

struct User {
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
    /// For each slot, who has to go in which order, and its value.
    slots: Vec<(Vec<User>, u32)>,
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
        self.slots[slot].0.push(User { kind, real });
    }

    /// Adds somebody who comes through the pin at `position`: before the first who changes the slot later.
    fn add_through(&mut self, slot: usize, position: usize, kind: Kind, real: Real) {
        let line = &mut self.slots[slot].0;
        let later = &line[position..];
        let change = later.iter().position(|user| user.kind == Kind::Change);
        let place = change.map_or(line.len(), |change| position + change);
        line.insert(place, User { kind, real });
    }

    fn random_pin(&self, random: &mut fastrand::Rng) -> Option<(usize, usize)> {
        let lines = self.slots.iter().enumerate();
        let pins = lines.flat_map(|(slot, (line, _))| {
            let pins = line.iter().enumerate();
            let pins = pins.filter(|(_, user)| user.kind == Kind::Pin);
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

    /// Somebody leaves: whoever runs, or waits and would change nothing by not having been.
    fn leave(&mut self, random: &mut fastrand::Rng) {
        let slot = random.usize(..self.slots.len());
        let (line, value) = &mut self.slots[slot];
        if line.is_empty() {
            return;
        }
        let position = random.usize(..line.len());
        if matches!(line[position].real, Real::Writing(_)) {
            return;
        }
        self.written += 1;
        match line.remove(position).real {
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
            _ => self.leave(random),
        }
    }

    /// Everybody runs whom the model lets run, and nobody else.
    fn check(&mut self) {
        for (line, _) in &mut self.slots {
            line.iter_mut().for_each(|user| user.real.advance());
            for (position, user) in line.iter().enumerate() {
                let mut before = line[..position].iter();
                let may_run = !before.any(|other| conflict(other.kind, user.kind));
                assert!(user.kind == Kind::Pin || user.real.runs() == may_run);
            }
        }
    }
}

#[test]
fn everybody_runs_exactly_when_nobody_before_conflicts() {
    for seed in 0..500 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut world = World::new(random.usize(1..4));
        for _ in 0..200 {
            world.step(&mut random);
            world.check();
        }
    }
}
