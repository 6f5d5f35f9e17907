//! Promise 6: what a failure poisons, which uses get an error, and how the poison is cleared.

use futures::executor::block_on;
use gpu_stages::{Error, Reason, Resource, Result};
use gpu_stages_tests::{CountWakes, device_buffers, failing, queue};
use std::future::Future;
use std::task::Context;

fn read(resource: &Resource<i32>) -> Result<i32> {
    block_on(resource.acquire_read()?.wait_events()).map(|guard| *guard)
}

/// Begins to write and gives up.
fn fail_to_write(resource: &Resource<i32>) {
    let mut guard = block_on(resource.acquire_write().unwrap().wait_events()).unwrap();
    *guard = -1;
    drop(guard);
}

#[test]
fn a_dropped_guard_poisons_and_the_next_write_clears() {
    let value = Resource::new(1).named("total");
    fail_to_write(&value);
    let error = read(&value).unwrap_err();
    assert!(
        matches!(&error, Error::Poisoned { poison, .. } if matches!(poison.reason(), Reason::Dropped))
    );
    assert!(error.to_string().contains("`total`"), "{error}");
    assert!(block_on(value.acquire_update().unwrap().wait_events()).is_err());
    assert!(read(&value).is_err(), "a failed update changes nothing");
    let mut guard = block_on(value.acquire_write().unwrap().wait_events()).unwrap();
    *guard = 2;
    guard.ready();
    assert_eq!(read(&value).unwrap(), 2);
}

#[test]
fn poison_can_be_accepted_or_replaced() {
    let value = Resource::new(1);
    fail_to_write(&value);
    value.clear_poison();
    assert_eq!(read(&value).unwrap(), -1, "the contents as they are");
    fail_to_write(&value);
    block_on(value.replace(5)).unwrap();
    assert_eq!(read(&value).unwrap(), 5);
    drop(value.replace(6));
    assert_eq!(
        read(&value).unwrap(),
        5,
        "a replacement that was not awaited changes nothing"
    );
}

#[test]
fn what_stays_valid_is_not_poisoned() {
    let counter = Resource::new(1).keep_on_failure();
    fail_to_write(&counter);
    assert_eq!(read(&counter).unwrap(), -1);
}

#[test]
fn a_use_that_never_began_leaves_the_contents_as_they_were() {
    let value = Resource::new(1);
    let (first, second) = (
        value.acquire_update().unwrap(),
        value.acquire_update().unwrap(),
    );
    let reader = value.acquire_read().unwrap();
    drop(second);
    drop(first);
    assert_eq!(*block_on(reader.wait_events()).unwrap(), 1);
    let data = device_buffers(1, 1);
    let queue = queue();
    let guard = block_on(data.acquire_update().unwrap().wait_device(&queue)).unwrap();
    drop(guard);
    block_on(data.acquire_read().unwrap().wait_device(&queue))
        .unwrap()
        .ready();
}

#[test]
fn every_waiter_is_woken_whatever_happens_to_the_holder() {
    for how in ["ready", "drop", "panic"] {
        let value = Resource::new(0);
        let holder = block_on(value.acquire_write().unwrap().wait_events()).unwrap();
        let mut waiters: Vec<_> = (0..5)
            .map(|_| {
                let (counter, waker) = CountWakes::new();
                let mut wait = Box::pin(value.acquire_read().unwrap().wait_events());
                assert!(
                    wait.as_mut()
                        .poll(&mut Context::from_waker(&waker))
                        .is_pending()
                );
                (counter, wait)
            })
            .collect();
        match how {
            "ready" => holder.ready(),
            "drop" => drop(holder),
            _ => {
                let panicking = std::thread::spawn(move || {
                    let _holder = holder;
                    panic!("on purpose");
                });
                panicking.join().unwrap_err();
            }
        }
        for (counter, wait) in &mut waiters {
            assert_eq!(counter.count(), 1, "{how}");
            let result = block_on(wait).map(|guard| *guard);
            match (how, result) {
                ("ready", Ok(0)) => {}
                ("drop", Err(Error::Poisoned { poison, .. })) => {
                    assert!(matches!(poison.reason(), Reason::Dropped));
                }
                ("panic", Err(Error::Poisoned { poison, .. })) => {
                    assert!(matches!(poison.reason(), Reason::Panicked));
                }
                (how, result) => panic!("{how}: {result:?}"),
            }
        }
    }
}

/// A resource with a last write that failed on the device.
fn failed_on_device() -> Resource<gpu_stages::cpu::DeviceBuffer<f32>> {
    let (data, queue) = (device_buffers(1, 1), queue());
    let mut guard = block_on(data.acquire_update().unwrap().wait_device(&queue)).unwrap();
    queue.launch(&failing(), 1, (&mut *guard,)).unwrap();
    guard.ready();
    queue.finish();
    data
}

#[test]
fn a_failed_write_is_reported_until_the_next_write() {
    let data = failed_on_device();
    // Neither giving up a new version nor looking at it makes the old contents good.
    drop(data.acquire_write().unwrap());
    block_on(data.acquire_write().unwrap().wait_events_to_read())
        .unwrap()
        .ready();
    let error = block_on(data.acquire_read().unwrap().wait_events()).unwrap_err();
    assert!(matches!(error, Error::Poisoned { .. }), "{error:?}");
    block_on(data.acquire_write().unwrap().wait_events())
        .unwrap()
        .ready();
    block_on(data.acquire_read().unwrap().wait_events())
        .unwrap()
        .ready();
}

#[test]
fn accepted_contents_are_good_for_uses_that_already_wait() {
    let data = failed_on_device();
    let (reader, writer) = (data.acquire_read().unwrap(), data.acquire_write().unwrap());
    data.clear_poison();
    block_on(reader.wait_events()).unwrap().ready();
    drop(writer);
    block_on(data.acquire_read().unwrap().wait_events())
        .unwrap()
        .ready();

    let data = failed_on_device();
    let writer = data.acquire_write().unwrap();
    data.clear_poison();
    drop(writer);
    block_on(data.acquire_read().unwrap().wait_events())
        .unwrap()
        .ready();

    let value = Resource::new(1);
    drop(block_on(value.acquire_update().unwrap().wait_events()).unwrap());
    let granted = value.acquire_read().unwrap();
    value.clear_poison();
    assert_eq!(*block_on(granted.wait_events()).unwrap(), 1);
}

#[test]
fn what_stays_valid_is_not_poisoned_by_devices_either() {
    let (data, queue) = (device_buffers(1, 1).keep_on_failure(), queue());
    for finish_first in [false, true] {
        let mut guard = block_on(data.acquire_update().unwrap().wait_device(&queue)).unwrap();
        queue.launch(&failing(), 1, (&mut *guard,)).unwrap();
        if finish_first {
            queue.finish();
        }
        drop(guard);
        block_on(data.acquire_read().unwrap().wait_events())
            .unwrap()
            .ready();
    }
}

#[test]
fn a_version_acquired_to_write_and_only_read_was_never_written() {
    let value = Resource::new(1);
    let writer = value.acquire_write().unwrap();
    let reader = value.acquire_read().unwrap();
    block_on(writer.wait_events_to_read()).unwrap().ready();
    assert!(matches!(
        block_on(reader.wait_events()),
        Err(Error::NeverWritten { .. })
    ));
    assert_eq!(
        *block_on(value.acquire_read().unwrap().wait_events()).unwrap(),
        1
    );
}
