//! What is read and updated through a pin.

use super::{read_version, reading, updating, write, writing};
use futures::executor::block_on;
use gpu_stages::Resource;
use gpu_stages_tests::poll_once;

#[test]
fn what_is_used_through_a_pin_is_in_the_order_of_the_calls() {
    let value = Resource::new(1);
    let pin = value.pin();
    let mut outside = writing(&value);
    let first = block_on(reading(pin.acquire_read())).unwrap();
    let mut update = updating(pin.acquire_update());
    let mut second = reading(pin.clone().acquire_read());
    // The version is dropped meanwhile: what was acquired through it is still granted before the writer.
    drop(pin);
    assert!(poll_once(&mut update).is_pending(), "the first still reads");
    assert!(poll_once(&mut second).is_pending(), "the update is first");
    assert_eq!(*first, 1);
    drop(first);
    let mut guard = block_on(&mut update).unwrap();
    assert!(poll_once(&mut second).is_pending());
    assert!(poll_once(&mut outside).is_pending());
    *guard = 2;
    guard.ready();
    assert_eq!(*block_on(&mut second).unwrap(), 2);
    assert!(poll_once(&mut outside).is_ready());
}

#[test]
fn an_update_through_a_pin_is_exclusive_and_seen_by_all() {
    let value = Resource::new(1);
    let (pin, other) = (value.pin(), value.pin());
    let reader = block_on(reading(value.acquire_read())).unwrap();
    let mut update = updating(pin.acquire_update());
    assert!(
        poll_once(&mut update).is_pending(),
        "a reader holds the version"
    );
    let mut later = reading(value.acquire_read());
    assert!(poll_once(&mut later).is_pending(), "asked for later");
    drop(reader);
    let mut guard = block_on(&mut update).unwrap();
    let mut through = reading(other.acquire_read());
    assert!(poll_once(&mut later).is_pending());
    assert!(poll_once(&mut through).is_pending());
    *guard += 10;
    guard.ready();
    assert_eq!(*block_on(&mut later).unwrap(), 11);
    assert_eq!(*block_on(&mut through).unwrap(), 11);
}

#[test]
fn an_update_of_an_old_version_does_not_make_it_the_newest() {
    let ring = Resource::ring([1, 0]);
    let old = ring.pin();
    write(&ring, 2);
    // Not even when a newer version is to come into the same slot.
    let later = writing(&ring);
    let mut guard = block_on(updating(old.acquire_update())).unwrap();
    *guard = 10;
    guard.ready();
    assert_eq!(read_version(&ring.latest().unwrap()), 2);
    drop(later);
    assert_eq!(*block_on(reading(ring.acquire_read())).unwrap(), 2);
    assert_eq!(read_version(&old), 10);
    assert_eq!(read_version(&ring.latest().unwrap()), 2);
}
