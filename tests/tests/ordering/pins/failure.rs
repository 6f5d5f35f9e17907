//! Versions that are never written, given up or poisoned.

use super::{read_version, reading, updating, write, writing};
use futures::executor::block_on;
use gpu_stages::{Error, Resource, acquire};

#[test]
fn a_version_never_written_says_so_and_holds_nothing() {
    let ring = Resource::ring([1, 0]).named("ring");
    let writer = ring.acquire_write().unwrap();
    let pin = ring.pin();
    let asked = reading(pin.acquire_read());
    drop(writer);
    for read in [
        asked,
        reading(pin.acquire_read()),
        reading(pin.clone().acquire_read()),
    ] {
        let error = block_on(read).unwrap_err();
        assert!(matches!(&error, Error::NeverWritten { site, .. } if site.resource() == "ring"));
    }
    assert!(block_on(updating(pin.acquire_update())).is_err());
    // The same in a call that also writes the slot in which the version would have been.
    let (unwritten, new) = acquire((pin.reads(), ring.writes())).unwrap();
    assert!(matches!(
        block_on(unwritten.wait_events()),
        Err(Error::NeverWritten { .. })
    ));
    drop(new);
    write(&ring, 2);
    write(&ring, 3);
    assert!(block_on(reading(pin.acquire_read())).is_err());
    drop(pin);
    write(&ring, 4);
    assert_eq!(read_version(&ring.pin()), 4);
}

#[test]
fn a_writer_that_gives_up_does_not_change_the_version_pinned_before_it() {
    let value = Resource::new(1);
    let pin = value.pin();
    let writer = value.acquire_write().unwrap();
    let later = value.pin();
    let through = reading(pin.acquire_read());
    drop(writer);
    assert_eq!(*block_on(through).unwrap(), 1);
    assert_eq!(read_version(&pin), 1);
    assert!(
        block_on(reading(later.acquire_read())).is_err(),
        "pinned what was never written"
    );
    // An update that gives up leaves the contents as they are, and a later pin good.
    let update = value.acquire_update().unwrap();
    let later = value.pin();
    drop(update);
    assert_eq!(read_version(&later), 1);
}

#[test]
fn poison_is_seen_through_a_pin_and_can_be_accepted() {
    let value = Resource::new(1);
    let mut guard = block_on(writing(&value)).unwrap();
    let pin = value.pin();
    *guard = -1;
    drop(guard);
    assert!(matches!(
        block_on(reading(pin.acquire_read())),
        Err(Error::Poisoned { .. })
    ));
    assert!(value.latest().is_none(), "not good");
    value.clear_poison();
    assert_eq!(read_version(&pin), -1);
    assert_eq!(read_version(&value.latest().unwrap()), -1);
    // An update through the pin that fails poisons as any other.
    let mut guard = block_on(updating(pin.acquire_update())).unwrap();
    *guard = -2;
    drop(guard);
    assert!(block_on(reading(value.acquire_read())).is_err());
    drop(pin);
    write(&value, 2);
    assert_eq!(*block_on(reading(value.acquire_read())).unwrap(), 2);
}
