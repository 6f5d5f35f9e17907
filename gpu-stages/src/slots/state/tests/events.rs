//! What uses leave and inherit: events of a simulated device, which are over only when it is stepped.

use super::*;
use crate::cpu::{Device, Queue, Simulation};
use crate::device::command_queue::CommandQueue;
use crate::sync::event::Event;

/// A simulated device and one of its queues.
struct Simulated {
    simulation: Simulation,
    device: Device,
    queue: Queue,
}

impl Simulated {
    fn new() -> Self {
        let simulation = Simulation::new();
        let device = Device::builder().simulated(&simulation).build();
        let queue = Queue::new(&device).unwrap();
        Simulated {
            simulation,
            device,
            queue,
        }
    }

    /// An event that is over when the simulation is run.
    fn pending(&self) -> Event {
        self.queue.marker().unwrap()
    }

    /// One of a queue of its own.
    fn pending_elsewhere(&self) -> Event {
        Queue::new(&self.device).unwrap().marker().unwrap()
    }

    fn run(&self) {
        while self.simulation.step(0) {}
    }
}

fn written(event: Event) -> Dependencies {
    let mut left = Dependencies::default();
    left.writes.push(event);
    left
}

fn read(event: Event) -> Dependencies {
    let mut left = Dependencies::default();
    left.reads.push(event);
    left
}

/// Releases a use that leaves `left`; what is done once the lock is released.
fn leave(state: &mut State, index: UseIndex, mut left: Dependencies) -> Deferred {
    let mut deferred = Deferred::default();
    state.release(index, &mut left, Contents::Good, || ORIGIN, &mut deferred);
    deferred
}

fn inherit(state: &mut State, index: UseIndex) -> Dependencies {
    let mut inherited = Dependencies::default();
    state.inherit(index, &mut inherited, &mut Completed::default());
    inherited
}

#[test]
fn an_exclusive_use_inherits_writes_and_reads_and_readers_the_writes() {
    let (device, mut state) = (Simulated::new(), State::new(1));
    let (writer, _) = add(&mut state, Mode::Update);
    leave(&mut state, writer, written(device.pending()));
    let (reader, _) = add(&mut state, Mode::Read);
    let inherited = inherit(&mut state, reader);
    assert_eq!((inherited.writes.len(), inherited.reads.len()), (1, 0));
    leave(&mut state, reader, read(device.pending_elsewhere()));
    let (next, _) = add(&mut state, Mode::Write);
    let inherited = inherit(&mut state, next);
    assert_eq!((inherited.writes.len(), inherited.reads.len()), (1, 1));
}

#[test]
fn events_that_are_over_do_not_gather_in_a_slot() {
    let (device, mut state) = (Simulated::new(), State::new(1));
    for _ in 0..3 {
        let (reader, _) = add(&mut state, Mode::Read);
        leave(&mut state, reader, read(device.pending_elsewhere()));
        device.run();
    }
    assert_eq!(state.slots[0].reads.len(), 1, "reads that are over go");
    for _ in 0..3 {
        let (writer, _) = add(&mut state, Mode::Update);
        let inherited = inherit(&mut state, writer);
        assert!(inherited.writes.is_empty() && inherited.reads.is_empty());
        leave(&mut state, writer, written(device.pending()));
        device.run();
    }
    let slot = &state.slots[0];
    assert_eq!((slot.writes.len(), slot.reads.len()), (1, 0));
}

#[test]
fn what_is_pending_when_a_resource_is_dropped_is_known() {
    let (device, mut state) = (Simulated::new(), State::new(1));
    let (writer, _) = add(&mut state, Mode::Update);
    leave(&mut state, writer, written(device.pending()));
    device.run();
    let (reader, _) = add(&mut state, Mode::Read);
    leave(&mut state, reader, read(device.pending()));
    let pending = state.take_pending();
    assert_eq!(pending.len(), 1, "the write is over, the read is not");
}

#[test]
fn the_next_use_is_announced_unless_it_begins_on_the_queue() {
    let device = Simulated::new();
    let here = FirstUse::OnQueue(device.queue.id());
    for (first_use, announced) in [(here, 0), (FirstUse::OnHost, 1), (FirstUse::Unknown, 1)] {
        let mut state = State::new(1);
        let (writer, _) = add(&mut state, Mode::Write);
        // A pin waits for no event: the use after it is the next one.
        let pin = state.pin();
        let next = Wish {
            first_use,
            ..wish(Mode::Read)
        };
        state.add(&next, 0, 7);
        let deferred = leave(&mut state, writer, written(device.pending()));
        assert_eq!(deferred.announce.len(), announced, "{first_use:?}");
        state.unpin(pin, &mut Deferred::default());
    }
}

#[test]
fn nothing_is_announced_to_a_pin_alone() {
    let (device, mut state) = (Simulated::new(), State::new(1));
    let (writer, _) = add(&mut state, Mode::Write);
    state.pin();
    let deferred = leave(&mut state, writer, written(device.pending()));
    assert!(deferred.announce.is_empty());
}

#[test]
fn contents_that_are_accepted_no_longer_depend_on_writes_that_are_over() {
    let (device, mut state) = (Simulated::new(), State::new(1));
    let (writer, _) = add(&mut state, Mode::Update);
    leave(&mut state, writer, written(device.pending()));
    state.clear_poison(&mut Discarded::default());
    assert_eq!(state.slots[0].writes.len(), 1, "it still runs");
    device.run();
    state.clear_poison(&mut Discarded::default());
    assert!(state.slots[0].writes.is_empty());
}
