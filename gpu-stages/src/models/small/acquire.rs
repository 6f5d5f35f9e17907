//! Acquiring several resources in one step.

use super::{STUCK, Watched, check, contents, finds, logs, wait};
use crate::util::primitives::Arc;
use crate::{Resource, acquire};
use loom::thread;

type Log = Resource<Arc<Watched>>;

/// Two threads acquire two resources each, in opposite orders. Neither waits for the other before it is granted.
fn acquired_crosswise(acquire_both: fn(&Log, &Log)) {
    let [a, b] = logs();
    let other = {
        let (a, b) = (a.clone(), b.clone());
        thread::spawn(move || acquire_both(&b, &a))
    };
    acquire_both(&a, &b);
    other.join().unwrap();
}

#[test]
fn calls_never_wait_for_each_other_to_acquire() {
    check(6, || {
        acquired_crosswise(|one, two| {
            drop(acquire((one.updates(), two.updates())).unwrap());
        });
    });
}

#[test]
fn twin_locks_in_the_order_of_its_requests() {
    finds(STUCK, || {
        acquired_crosswise(|one, two| {
            let locked = [one, two].map(|log| log.slots.core.state());
            drop(locked);
        });
    });
}

/// Two threads that use two resources each, in opposite orders.
fn crosswise(use_both: fn(&Log, &Log, u32)) {
    let [a, b] = logs();
    let other = {
        let (a, b) = (a.clone(), b.clone());
        thread::spawn(move || use_both(&b, &a, 1))
    };
    use_both(&a, &b, 2);
    other.join().unwrap();
    let (on_a, on_b) = (contents(&a), contents(&b));
    assert_eq!(on_a.len(), 2);
    assert_eq!(on_a, on_b);
}

fn add_to_both(a: &Arc<Watched>, b: &Arc<Watched>, entry: u32) {
    a.write(entry);
    b.write(entry);
}

#[test]
fn one_call_is_before_the_other_on_all() {
    check(3, || {
        crosswise(|one, two, entry| {
            let (one, two) = acquire((one.updates(), two.updates())).unwrap();
            let (one, two) = (wait(one), wait(two));
            add_to_both(&one, &two, entry);
            one.ready();
            two.ready();
        });
    });
}

#[test]
fn twin_acquires_one_after_the_other() {
    finds(STUCK, || {
        crosswise(|one, two, entry| {
            let (one, two) = (one.acquire_update().unwrap(), two.acquire_update().unwrap());
            let (one, two) = (wait(one), wait(two));
            add_to_both(&one, &two, entry);
            one.ready();
            two.ready();
        });
    });
}

/// A reader and a writer of two resources: the reader sees one version of both.
fn written_together(write: fn(&Log, &Log)) {
    let [a, b] = logs();
    let writer = {
        let (a, b) = (a.clone(), b.clone());
        thread::spawn(move || write(&a, &b))
    };
    let (on_a, on_b) = acquire((a.reads(), b.reads())).unwrap();
    assert_eq!(wait(on_a).read(), wait(on_b).read());
    writer.join().unwrap();
}

#[test]
fn readers_see_all_or_nothing() {
    check(3, || {
        written_together(|a, b| {
            let (a, b) = acquire((a.writes(), b.writes())).unwrap();
            super::add(a, 1);
            super::add(b, 1);
        });
    });
}

#[test]
fn twin_writes_one_after_the_other() {
    finds("assertion", || {
        written_together(|a, b| {
            super::add(a.acquire_write().unwrap(), 1);
            super::add(b.acquire_write().unwrap(), 1);
        });
    });
}
