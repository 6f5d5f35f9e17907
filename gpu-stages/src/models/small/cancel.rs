//! A waiting use is dropped while the use before it is released.

use super::{Meeting, STUCK, Update, Watched, add, check, finds, log, wait};
use crate::guard::{Allocation, access::Access, access::Write};
use crate::util::primitives::Arc;
use crate::{Error, Resource};
use loom::future::block_on;
use loom::thread;
use std::mem::forget;
use std::task::{Context, Waker};

type Log = Resource<Arc<Watched>>;

/// The first use is released by one thread, the second is given up by another, and the third must be granted.
fn given_up<A: Access>(
    acquire: fn(&Log) -> Allocation<Arc<Watched>, A>,
    give_up: fn(Box<dyn Send>),
    third: fn(Allocation<Arc<Watched>, Update>),
) {
    let log = log();
    let first = wait(log.acquire_update().unwrap());
    let mut second = Box::pin(acquire(&log).wait_events());
    let mut context = Context::from_waker(Waker::noop());
    assert!(second.as_mut().poll(&mut context).is_pending());
    let last = log.acquire_update().unwrap();
    let one = thread::spawn(move || {
        first.write(1);
        first.ready();
    });
    let two = thread::spawn(move || give_up(Box::new(second)));
    third(last);
    one.join().unwrap();
    two.join().unwrap();
}

fn sees_the_first(third: Allocation<Arc<Watched>, Update>) {
    assert_eq!(wait(third).read(), [1]);
}

#[test]
fn a_dropped_update_does_not_hold_up_the_next() {
    check(3, || {
        given_up(|log| log.acquire_update().unwrap(), drop, sees_the_first);
    });
}

#[test]
fn a_dropped_read_does_not_hold_up_the_next() {
    check(3, || {
        given_up(|log| log.acquire_read().unwrap(), drop, sees_the_first);
    });
}

#[test]
fn a_dropped_write_is_reported_to_the_next() {
    check(3, || {
        let write = |log: &Log| -> Allocation<_, Write> { log.acquire_write().unwrap() };
        given_up(write, drop, |third| {
            let waited = block_on(third.wait_events());
            assert!(matches!(waited, Err(Error::NeverWritten { .. })));
        });
    });
}

#[test]
fn twin_forgets_the_use_that_is_given_up() {
    finds(STUCK, || {
        given_up(|log| log.acquire_update().unwrap(), forget, sees_the_first);
    });
}

/// A use is granted while its allocation is being dropped, and the use after it begins to wait.
fn dropped_when_granted(drop_it: fn(Allocation<Arc<Watched>, Update>)) {
    let log = log();
    let (first, second) = (log.acquire_update().unwrap(), log.acquire_update().unwrap());
    let third = log.acquire_update().unwrap();
    let one = thread::spawn(move || drop_it(first));
    let two = thread::spawn(move || drop_it(second));
    add(third, 3);
    one.join().unwrap();
    two.join().unwrap();
}

#[test]
fn allocations_that_are_dropped_unused_do_not_hold_up_the_next() {
    check(3, || dropped_when_granted(drop));
}

#[test]
fn twin_forgets_an_allocation() {
    finds(STUCK, || dropped_when_granted(forget));
}

/// A writer between two readers is given up. The first reader keeps its guard until the second has one.
fn given_up_between_readers(give_up: fn(Allocation<Arc<Watched>, Update>)) {
    let log = log();
    let first = wait(log.acquire_read().unwrap());
    let between = log.acquire_update().unwrap();
    let second = log.acquire_read().unwrap();
    let meeting = Arc::new(Meeting::default());
    let reader = {
        let meeting = meeting.clone();
        thread::spawn(move || {
            meeting.attend();
            drop(first);
        })
    };
    let writer = thread::spawn(move || give_up(between));
    let second = wait(second);
    meeting.attend();
    drop(second);
    reader.join().unwrap();
    writer.join().unwrap();
}

#[test]
fn a_dropped_writer_does_not_part_readers() {
    check(3, || given_up_between_readers(drop));
}

#[test]
fn twin_waits_for_its_grant_before_it_gives_up() {
    finds(STUCK, || given_up_between_readers(|it| drop(wait(it))));
}
