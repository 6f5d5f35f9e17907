//! The newest complete version.

use super::{read_version, reading, write, writing};
use futures::executor::block_on;
use gpu_stages::Resource;
use gpu_stages::cpu::Kernel;
use gpu_stages_tests::{Gate, device_buffers, poll_once, queue, set};

#[test]
fn the_latest_version_is_complete() {
    let ring = Resource::ring([1, 0, 0]);
    assert_eq!(read_version(&ring.latest().unwrap()), 1, "the first value");
    let mut guard = block_on(writing(&ring)).unwrap();
    assert_eq!(read_version(&ring.latest().unwrap()), 1, "not released");
    *guard = 2;
    guard.ready();
    let latest = ring.latest().unwrap();
    assert_eq!(read_version(&latest), 2);
    // A writer that failed, and one that never wrote.
    let mut guard = block_on(writing(&ring)).unwrap();
    *guard = -1;
    drop(guard);
    assert_eq!(read_version(&ring.latest().unwrap()), 2);
    write(&ring, 4);
    assert_eq!(read_version(&ring.latest().unwrap()), 4);
    // The next writer was given no slot yet: it waits for the version that is held.
    let mut writer = writing(&ring);
    assert!(poll_once(&mut writer).is_pending());
    assert_eq!(read_version(&latest), 2);
    drop(latest);
    assert!(poll_once(&mut writer).is_ready());

    let one = Resource::new(1);
    let update = one.acquire_update().unwrap();
    assert!(one.latest().is_none(), "another use holds it");
    drop(update);
    assert!(one.latest().is_some());
    let ring = Resource::ring([1, 0]);
    let _update = ring.acquire_update().unwrap();
    assert!(ring.latest().is_none(), "a free slot has no version");
}

#[test]
fn the_latest_version_is_returned_without_waiting() {
    let one = Resource::new(1);
    let reader = block_on(reading(one.acquire_read())).unwrap();
    let mut writer = writing(&one);
    assert!(poll_once(&mut writer).is_pending());
    let latest = one.latest().expect("what is read is there");
    assert!(poll_once(&mut reading(latest.acquire_read())).is_ready());
    drop(reader);
    assert!(poll_once(&mut writer).is_pending(), "it is kept");
    drop(latest);
    assert!(poll_once(&mut writer).is_ready());
}

/// The end of one write says nothing about another.
#[test]
fn the_latest_version_is_not_one_that_a_device_still_writes() {
    let (queue, gate, ring) = (queue(), Gate::default(), device_buffers(2, 1));
    let write = |kernel: &Kernel| {
        let mut guard = block_on(ring.acquire_write().unwrap().wait_device(&queue)).unwrap();
        queue.launch(kernel, 1, (&mut *guard,)).unwrap();
        guard.ready();
    };
    write(&set(1.0));
    queue.finish();
    write(&gate.kernel(2.0));
    let latest = ring.latest().unwrap();
    let mut reader = Box::pin(latest.acquire_read().unwrap().wait_events());
    assert!(poll_once(&mut reader).is_ready(), "its write is over");
    gate.open();
}
