//! Promise 2: versions and slots.

use futures::executor::block_on;
use gpu_stages::{Error, Resource, acquire};
use gpu_stages_tests::poll_once;
use std::pin::pin;

/// Writes `value` as a new version.
fn write(resource: &Resource<i32>, value: i32) {
    let mut guard = block_on(resource.acquire_write().unwrap().wait_events()).unwrap();
    *guard = value;
    guard.ready();
}

fn read(resource: &Resource<i32>) -> i32 {
    *block_on(resource.acquire_read().unwrap().wait_events()).unwrap()
}

#[test]
fn reads_see_the_newest_version_at_the_time_of_the_call() {
    let ring = Resource::ring([10, 20, 30]);
    assert_eq!(read(&ring), 10, "the first value is the first version");
    let old = ring.acquire_read().unwrap();
    write(&ring, 11);
    let new = ring.acquire_read().unwrap();
    assert_eq!(*block_on(new.wait_events()).unwrap(), 11);
    assert_eq!(*block_on(old.wait_events()).unwrap(), 10);
}

#[test]
fn a_ring_lets_a_writer_go_while_readers_of_the_version_before_hold() {
    let ring = Resource::ring([0, 0]);
    let reader = block_on(ring.acquire_read().unwrap().wait_events()).unwrap();
    write(&ring, 1);
    // The next write takes the reader's slot.
    let mut writer = pin!(ring.acquire_write().unwrap().wait_events());
    assert!(poll_once(&mut writer).is_pending());
    assert_eq!(*reader, 0);
    reader.ready();
    assert!(poll_once(&mut writer).is_ready());
}

#[test]
fn with_one_slot_a_writer_waits_for_readers() {
    let value = Resource::new(0);
    let reader = block_on(value.acquire_read().unwrap().wait_events()).unwrap();
    let mut writer = pin!(value.acquire_write().unwrap().wait_events());
    assert!(poll_once(&mut writer).is_pending());
    reader.ready();
    assert!(poll_once(&mut writer).is_ready());
}

#[test]
fn an_update_stays_in_its_slot() {
    let ring = Resource::ring([5, 0, 0]);
    let mut guard = block_on(ring.acquire_update().unwrap().wait_events()).unwrap();
    assert_eq!(*guard, 5);
    *guard += 1;
    guard.ready();
    assert_eq!(read(&ring), 6);
}

#[test]
fn ping_pong_reads_one_version_while_writing_the_next() {
    let ring = Resource::ring([1, 0]);
    for step in 0..10 {
        let (old, new) = acquire((ring.reads(), ring.writes())).unwrap();
        let old = block_on(old.wait_events()).unwrap();
        let mut new = block_on(new.wait_events()).unwrap();
        assert_eq!(*old, 1 << step);
        *new = *old * 2;
        new.ready();
        old.ready();
    }
    assert_eq!(read(&ring), 1 << 10);
}

#[test]
fn the_order_of_requests_does_not_change_what_they_mean() {
    // A call's reads and updates use the version from before its own writes, even when these are named first.
    let ring = Resource::ring([1, 0, 0]);
    let (new, old) = acquire((ring.writes(), ring.updates())).unwrap();
    let (mut old, mut new) = (
        block_on(old.wait_events()).unwrap(),
        block_on(new.wait_events()).unwrap(),
    );
    assert_eq!(*old, 1);
    *old = 2;
    *new = 3;
    old.ready();
    new.ready();
    assert_eq!(
        read(&ring),
        3,
        "what a call writes is newer than what it updates"
    );
}

#[test]
fn two_writes_of_one_call_take_two_slots() {
    let ring = Resource::ring([0, 0, 0]);
    let (a, b) = acquire((ring.writes(), ring.writes())).unwrap();
    let (mut a, mut b) = (
        block_on(a.wait_events()).unwrap(),
        block_on(b.wait_events()).unwrap(),
    );
    (*a, *b) = (1, 2);
    a.ready();
    b.ready();
    assert_eq!(read(&ring), 2, "the later write is the newest");
}

#[test]
fn a_call_that_could_only_wait_for_itself_is_an_error() {
    let one = Resource::new(0).named("one");
    let two = Resource::ring([0, 0]);
    assert!(matches!(
        acquire((one.reads(), one.writes())),
        Err(Error::WaitsForItself { .. })
    ));
    assert!(matches!(
        acquire((one.reads(), one.updates())),
        Err(Error::WaitsForItself { .. })
    ));
    assert!(matches!(
        acquire((two.writes(), two.writes(), two.reads())),
        Err(Error::WaitsForItself { .. })
    ));
    // Sharing is no conflict.
    let (a, b) = acquire((one.reads(), one.reads())).unwrap();
    assert!(poll_once(&mut pin!(a.wait_events())).is_ready());
    assert!(poll_once(&mut pin!(b.wait_events())).is_ready());
}

#[test]
fn an_empty_ring_is_refused() {
    assert!(std::panic::catch_unwind(|| Resource::<u8>::ring([])).is_err());
}

#[test]
fn a_ring_of_zero_slots_has_one() {
    let mut made = 0;
    let ring = Resource::try_ring(0, || {
        made += 1;
        Ok::<_, ()>(made)
    });
    assert_eq!((read(&ring.unwrap()), made), (1, 1));
}

#[test]
fn a_version_never_written_says_so_and_later_readers_get_the_last_good_one() {
    let ring = Resource::ring([1, 2, 3]).named("ring");
    write(&ring, 10);
    let writer = ring.acquire_write().unwrap();
    let asked = ring.acquire_read().unwrap();
    let updating = ring.acquire_update().unwrap();
    drop(writer);
    let error = block_on(asked.wait_events()).unwrap_err();
    let Error::NeverWritten { site, writer } = error else {
        panic!("{error}");
    };
    assert_eq!((site.resource(), writer.stage()), ("ring", "manual"));
    assert!(block_on(updating.wait_events()).is_err());
    assert_eq!(read(&ring), 10, "the last good version");
    write(&ring, 11);
    assert_eq!(read(&ring), 11);
}

#[test]
fn a_reader_after_a_later_write_does_not_learn_of_an_earlier_write_given_up() {
    let value = Resource::new(0);
    let (first, second) = (
        value.acquire_write().unwrap(),
        value.acquire_write().unwrap(),
    );
    let reader = value.acquire_read().unwrap();
    drop(first);
    let mut guard = block_on(second.wait_events()).unwrap();
    *guard = 2;
    guard.ready();
    assert_eq!(*block_on(reader.wait_events()).unwrap(), 2);
}

#[test]
fn when_all_writers_give_up_readers_get_the_contents_from_before() {
    let ring = Resource::ring([7, 8]);
    let writers: Vec<_> = (0..5).map(|_| ring.acquire_write().unwrap()).collect();
    let mut writers: Vec<_> = writers.into_iter().map(Some).collect();
    for index in [2, 0, 4, 1, 3] {
        writers[index] = None;
    }
    assert_eq!(read(&ring), 7);
    write(&ring, 9);
    assert_eq!(read(&ring), 9);
}

#[test]
fn a_writer_dropped_before_its_turn_affects_only_later_readers() {
    let value = Resource::new(0);
    let first = value.acquire_write().unwrap();
    let before = value.acquire_read().unwrap();
    let gone = value.acquire_write().unwrap();
    let after = value.acquire_read().unwrap();
    let next = value.acquire_write().unwrap();
    drop(gone);
    block_on(async {
        let mut first = first.wait_events().await.unwrap();
        *first = 1;
        first.ready();
        let before = before.wait_events().await.unwrap();
        assert_eq!(*before, 1, "it never waited for the one that is gone");
        before.ready();
        let error = after.wait_events().await.unwrap_err();
        assert!(matches!(error, Error::NeverWritten { .. }), "{error}");
        let mut next = next.wait_events().await.unwrap();
        *next = 2;
        next.ready();
        assert_eq!(
            *value.acquire_read().unwrap().wait_events().await.unwrap(),
            2
        );
    });
}
