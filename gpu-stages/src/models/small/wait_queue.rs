//! The wait queue of one resource: order, exclusion, readers side by side, and that a waiting task is woken.

use super::{Meeting, STUCK, UNORDERED, Watched, add, check, contents, finds, log, wait};
use crate::Resource;
use crate::util::primitives::Arc;
use loom::future::block_on;
use loom::thread;
use std::future::poll_fn;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// Three uses; the second reads. The first is acquired before the others, or whenever its thread runs.
fn in_order(acquires_early: bool) {
    let log = log();
    let same = log.clone();
    let early = acquires_early.then(|| log.acquire_update().unwrap());
    let first = thread::spawn(move || {
        add(early.unwrap_or_else(|| same.acquire_update().unwrap()), 1);
    });
    let second = log.acquire_read().unwrap();
    let second = thread::spawn(move || assert_eq!(wait(second).read(), [1]));
    add(log.acquire_update().unwrap(), 2);
    first.join().unwrap();
    second.join().unwrap();
    assert_eq!(contents(&log), [1, 2]);
}

#[test]
fn uses_are_in_the_order_of_acquisition() {
    check(3, || in_order(true));
}

#[test]
fn twin_acquires_late() {
    finds("assertion", || in_order(false));
}

/// A read is acquired after a write, while an earlier read is granted.
fn after_a_writer(acquires_after: bool) {
    let log = log();
    let held = wait(log.acquire_read().unwrap());
    let early = (!acquires_after).then(|| log.acquire_read().unwrap());
    let written = log.acquire_update().unwrap();
    let reader = early.unwrap_or_else(|| log.acquire_read().unwrap());
    let holder = thread::spawn(move || drop(held));
    let writer = thread::spawn(move || add(written, 1));
    assert_eq!(wait(reader).read(), [1]);
    holder.join().unwrap();
    writer.join().unwrap();
}

#[test]
fn a_reader_does_not_overtake_a_writer() {
    check(3, || after_a_writer(true));
}

#[test]
fn twin_acquires_before_the_writer() {
    finds("assertion", || after_a_writer(false));
}

fn exclusive(add: fn(&Resource<Arc<Watched>>, u32)) {
    let log = log();
    let threads = [1, 2].map(|entry| {
        let log = log.clone();
        thread::spawn(move || add(&log, entry))
    });
    add(&log, 3);
    threads
        .into_iter()
        .for_each(|thread| thread.join().unwrap());
    let mut entries = contents(&log);
    entries.sort_unstable();
    assert_eq!(entries, [1, 2, 3]);
}

#[test]
fn one_at_a_time_has_exclusive_use() {
    check(2, || {
        exclusive(|log, entry| match entry {
            1 => add(log.acquire_write().unwrap(), entry),
            _ => add(log.acquire_update().unwrap(), entry),
        });
    });
}

#[test]
fn twin_writes_as_a_reader() {
    finds(UNORDERED, || {
        exclusive(|log, entry| wait(log.acquire_read().unwrap()).write(entry));
    });
}

/// Two uses between two writers, which `read` as they do.
fn between_writers(read: fn(Resource<Arc<Watched>>, &Meeting)) {
    let log = log();
    let first = log.acquire_update().unwrap();
    let meeting = Arc::new(Meeting::default());
    let reader = {
        let (log, meeting) = (log.clone(), meeting.clone());
        thread::spawn(move || read(log, &meeting))
    };
    add(first, 1);
    read(log.clone(), &meeting);
    add(log.acquire_update().unwrap(), 2);
    reader.join().unwrap();
}

#[test]
fn readers_are_granted_together_and_a_writer_waits_for_both() {
    check(4, || {
        between_writers(|log, meeting| {
            let guard = wait(log.acquire_read().unwrap());
            meeting.attend();
            assert_eq!(guard.read(), [1]);
        });
    });
}

#[test]
fn twin_reads_exclusively() {
    finds(STUCK, || {
        between_writers(|log, meeting| {
            let guard = wait(log.acquire_update().unwrap());
            meeting.attend();
            drop(guard);
        });
    });
}

#[test]
fn twin_reads_on_without_its_guard() {
    finds(UNORDERED, || {
        between_writers(|log, meeting| {
            let guard = wait(log.acquire_read().unwrap());
            meeting.attend();
            let kept = Arc::clone(&guard);
            drop(guard);
            kept.read();
        });
    });
}

/// A parked wait is polled with another waker, which replaces the first, while the use before it is released.
fn woken(is_polled_again: bool, release: fn(super::HostGuard<Arc<Watched>, super::Update>)) {
    let log = log();
    let held = wait(log.acquire_update().unwrap());
    let mut next = Box::pin(log.acquire_update().unwrap().wait_events());
    let mut context = Context::from_waker(Waker::noop());
    assert!(next.as_mut().poll(&mut context).is_pending());
    let holder = thread::spawn(move || {
        held.write(1);
        release(held);
    });
    let mut next = pin!(next);
    let mut is_polled = is_polled_again;
    let guard = block_on(poll_fn(|context| {
        if std::mem::replace(&mut is_polled, true) {
            next.as_mut().poll(context)
        } else {
            Poll::Pending
        }
    }));
    assert_eq!(guard.unwrap().read(), [1]);
    holder.join().unwrap();
}

#[test]
fn the_last_waker_is_woken() {
    check(8, || woken(true, |held| held.ready()));
}

#[test]
fn twin_keeps_the_first_waker() {
    finds(STUCK, || woken(false, |held| held.ready()));
}

#[test]
fn twin_forgets_its_guard() {
    finds(STUCK, || woken(true, std::mem::forget));
}
