//! Which events move, and which stay, on a simulated device.

use super::*;
use crate::cpu::{Device, Queue, Simulation};

/// A queue of a simulation, which runs when it is stepped.
fn simulated() -> (Simulation, Queue) {
    let simulation = Simulation::new();
    let device = Device::builder().simulated(&simulation).build();
    (simulation, Queue::new(&device).unwrap())
}

/// An event that succeeded, one that failed, and one that is pending.
fn events() -> (Queue, [Event; 3]) {
    let (simulation, queue) = simulated();
    simulation.fail_commands(|command| command.number == 1);
    let events = [(); 3].map(|()| queue.marker().unwrap());
    assert!(simulation.step(0) && simulation.step(0));
    (queue, events)
}

fn list(events: &[&Event]) -> Events {
    events.iter().copied().cloned().collect()
}

fn are(list: &Events, events: &[&Event]) -> bool {
    list.len() == events.len() && list.iter().zip(events).all(|(one, other)| one.is(other))
}

#[test]
fn all_events_move_behind_those_that_are_there() {
    let (_queue, [one, two, three]) = events();
    let (mut from, mut to) = (list(&[&two, &three]), list(&[&one]));
    move_all(&mut from, &mut to);
    assert!(from.is_empty() && are(&to, &[&one, &two, &three]));
    move_all(&mut to, &mut from);
    assert!(to.is_empty() && are(&from, &[&one, &two, &three]));
}

#[test]
fn failed_events_are_over_and_not_good() {
    let (_queue, all) = events();
    let [good, failed, pending] = &all;
    let (mut from, mut to) = (list(&[good, failed, pending]), Events::new());
    move_good(&mut from, &mut to);
    assert!(are(&from, &[failed, pending]) && are(&to, &[good]));
    move_over(&mut from, &mut to);
    assert!(are(&from, &[pending]) && are(&to, &[good, failed]));
}

#[test]
fn of_two_reads_on_one_queue_the_later_one_stays() {
    let (_simulation, queue) = simulated();
    let [earlier, later] = [(); 2].map(|()| queue.marker().unwrap());
    for (first, second) in [(&earlier, &later), (&later, &earlier)] {
        let (mut reads, mut implied) = (list(&[first]), Events::new());
        replace_older(&mut reads, second.clone(), &mut implied);
        assert!(are(&reads, &[&later]) && are(&implied, &[&earlier]));
    }
    let (_other_simulation, other) = simulated();
    let elsewhere = other.marker().unwrap();
    let (mut reads, mut implied) = (list(&[&later]), Events::new());
    replace_older(&mut reads, elsewhere.clone(), &mut implied);
    assert!(are(&reads, &[&later, &elsewhere]) && implied.is_empty());
}
