//! Versions that are kept while others write.

use super::{STUCK, UNORDERED, Watched, add, check, finds, log, wait};
use crate::util::primitives::Arc;
use crate::{Resource, Version};
use loom::thread;
use std::mem::forget;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

type Kept = Version<Arc<Watched>>;

/// A version and its clone are used and dropped by two threads; a writer waits for both.
fn pinned(use_it: fn(Kept)) {
    let log = log();
    let version = log.pin();
    let again = version.clone();
    let threads = [version, again].map(|version| thread::spawn(move || use_it(version)));
    add(log.acquire_update().unwrap(), 1);
    threads
        .into_iter()
        .for_each(|thread| thread.join().unwrap());
}

fn read(version: &Kept) {
    assert!(wait(version.acquire_read().unwrap()).read().is_empty());
}

#[test]
fn a_writer_waits_until_the_last_pin_ends() {
    check(3, || pinned(|version| read(&version)));
}

#[test]
fn twin_forgets_a_version() {
    finds(STUCK, || {
        pinned(|version| {
            read(&version);
            forget(version);
        });
    });
}

#[test]
fn twin_reads_without_its_version() {
    finds(UNORDERED, || {
        pinned(|version| {
            let kept = Arc::clone(&wait(version.acquire_read().unwrap()));
            drop(version);
            kept.read();
        });
    });
}

/// Versions are written into a ring of two, and updated, while another thread looks at the latest.
fn latest(look: fn(Kept)) {
    let ring = Resource::ring([(); 2].map(|()| Arc::new(Watched::new())));
    let writes = ring.clone();
    let writer = thread::spawn(move || {
        add(writes.acquire_write().unwrap(), 2);
        add(writes.acquire_update().unwrap(), 3);
        add(writes.acquire_write().unwrap(), 4);
    });
    let version = ring.latest().expect("one of two slots is always complete");
    look(version);
    writer.join().unwrap();
}

#[test]
fn the_latest_version_is_complete_and_stays() {
    check(4, || {
        latest(|version| {
            let mut wait = pin!(version.acquire_read().unwrap().wait_events());
            let mut context = Context::from_waker(Waker::noop());
            // Complete means that there is nothing to wait for.
            let Poll::Ready(Ok(guard)) = wait.as_mut().poll(&mut context) else {
                panic!("the latest version is not complete");
            };
            let seen = guard.read();
            assert!(matches!(*seen, [] | [2] | [2, 3] | [4]));
        });
    });
}

#[test]
fn twin_reads_the_latest_without_keeping_it() {
    finds(UNORDERED, || {
        latest(|version| {
            let kept = Arc::clone(&wait(version.acquire_read().unwrap()));
            drop(version);
            kept.read();
        });
    });
}
