//! The slot of a pinned version: which uses wait for the pin, and which do not.

use super::{read_version, reading, updating, write, writing};
use futures::executor::block_on;
use gpu_stages::{Error, Resource, acquire};
use gpu_stages_tests::{CountWakes, poll_once};
use std::pin::pin;
use std::task::Context;

fn is_send_and_sync<T: Send + Sync>(_: &T) {}

#[test]
fn a_pinned_version_stays_while_newer_ones_are_written() {
    let ring = Resource::ring([1, 0, 0]);
    let old = ring.pin();
    is_send_and_sync(&old);
    write(&ring, 2);
    write(&ring, 3);
    assert_eq!(read_version(&old), 1);
    assert_eq!(read_version(&ring.pin()), 3);
}

#[test]
fn a_writer_that_comes_round_waits_for_the_pin() {
    let ring = Resource::ring([1, 0]);
    let old = ring.pin();
    write(&ring, 2);
    let mut writer = writing(&ring);
    assert!(poll_once(&mut writer).is_pending());
    // Readers of the pinned version do not wait for the writer; the writer waits for them, with or without the pin.
    let reader = block_on(reading(old.acquire_read())).unwrap();
    drop(old);
    assert!(poll_once(&mut writer).is_pending());
    assert_eq!(*reader, 1);
    drop(reader);
    assert!(poll_once(&mut writer).is_ready());
}

#[test]
fn an_update_of_the_newest_waits_for_its_pin() {
    let value = Resource::new(1);
    let pin = value.pin();
    let mut update = updating(value.acquire_update());
    assert!(poll_once(&mut update).is_pending());
    let (counter, waker) = CountWakes::new();
    assert!(
        update
            .as_mut()
            .poll(&mut Context::from_waker(&waker))
            .is_pending()
    );
    drop(pin);
    assert_eq!(counter.count(), 1);
    assert!(poll_once(&mut update).is_ready());
}

#[test]
fn every_clone_keeps_the_slot_and_a_forgotten_one_for_ever() {
    let value = Resource::new(1);
    let pin = value.pin();
    let clone = pin.clone();
    let mut writer = writing(&value);
    drop(pin);
    assert!(poll_once(&mut writer).is_pending());
    let pin = clone.clone();
    drop(clone);
    assert!(poll_once(&mut writer).is_pending());
    std::mem::forget(pin);
    assert!(poll_once(&mut writer).is_pending());
    drop(writer);
    // Readers are not affected.
    assert_eq!(*block_on(reading(value.acquire_read())).unwrap(), 1);
}

#[test]
fn a_version_outlives_its_resource() {
    let pin = Resource::new(5).pin();
    assert_eq!(read_version(&pin), 5);
}

#[test]
fn a_pending_version_can_be_pinned() {
    let ring = Resource::ring([1, 0]);
    let writer = ring.acquire_write().unwrap();
    let pin = ring.pin();
    // Two more writers: the second needs the pinned slot.
    let other = writing(&ring);
    let mut round = writing(&ring);
    let mut reader = reading(pin.acquire_read());
    let mut clone = reading(pin.clone().acquire_read());
    assert!(poll_once(&mut reader).is_pending(), "not written yet");
    let mut guard = block_on(writer.wait_events()).unwrap();
    *guard = 2;
    guard.ready();
    assert_eq!(*block_on(&mut reader).unwrap(), 2);
    assert_eq!(*block_on(&mut clone).unwrap(), 2);
    assert!(poll_once(&mut round).is_pending());
    drop(pin);
    assert!(poll_once(&mut round).is_ready());
    drop(other);
}

#[test]
fn a_call_that_could_only_wait_for_its_own_version_is_an_error() {
    let one = Resource::new(0).named("one");
    let pin = one.pin();
    let waits = |error: Option<Error>| matches!(error, Some(Error::WaitsForItself { .. }));
    assert!(waits(acquire((pin.reads(), one.writes())).err()));
    assert!(waits(acquire((one.writes(), pin.reads())).err()));
    assert!(waits(acquire((pin.reads(), one.updates())).err()));
    assert!(waits(acquire((pin.updates(), one.reads())).err()));
    assert!(waits(acquire((pin.updates(), pin.clone().updates())).err()));
    // An old version of a ring, and the write that needs its slot.
    let ring = Resource::ring([0, 0]);
    let old = ring.pin();
    write(&ring, 1);
    assert!(waits(acquire((old.reads(), ring.writes())).err()));
    let (a, b) = acquire((old.reads(), ring.updates())).unwrap();
    drop((a, b));
    // Sharing is no conflict.
    let (a, b, c) = acquire((pin.reads(), pin.reads(), one.reads())).unwrap();
    for allocation in [a, b, c] {
        assert!(poll_once(&mut pin!(allocation.wait_events())).is_ready());
    }
    drop((pin, old));
    write(&one, 1);
    write(&ring, 2);
}
