//! Resources that are used without their ledgers, while others come.

use super::{UNORDERED, Watched, add, check, contents, finds, log, logs, wait};
use crate::call::MANUAL;
use crate::sync::Arc;
use crate::{Resource, acquire};
use loom::thread;

type Log = Resource<Arc<Watched>>;

fn add_to_both(one: &Log, other: &Log, entry: u32) {
    let (one, other) = acquire((one.updates(), other.updates())).unwrap();
    add(one, entry);
    add(other, entry);
}

/// A call takes two resources together, while somebody uses one of them, again and again.
fn taken_together(use_one: fn(&Log)) {
    let [a, b] = logs();
    let both = {
        let (a, b) = (a.clone(), b.clone());
        thread::spawn(move || add_to_both(&a, &b, 1))
    };
    use_one(&a);
    use_one(&a);
    both.join().unwrap();
    assert_eq!(contents(&a).len(), 3);
    assert_eq!(contents(&b), [1]);
}

#[test]
fn what_is_taken_together_is_given_back_to_nobody_else() {
    check(4, || {
        taken_together(|one| add(one.acquire_update().unwrap(), 2));
    });
}

#[test]
fn twin_writes_behind_its_guard() {
    finds(UNORDERED, || {
        taken_together(|one| {
            let guard = wait(one.acquire_update().unwrap());
            let kept = Arc::clone(&guard);
            guard.ready();
            kept.write(2);
        });
    });
}

/// Two calls that take the same two together, while a third is in the way of both.
#[test]
fn calls_that_are_prevented_are_in_one_order() {
    check(2, || {
        let [a, b] = logs();
        let both = [(a.clone(), b.clone(), 1), (b.clone(), a.clone(), 2)];
        let both =
            both.map(|(one, other, entry)| thread::spawn(move || add_to_both(&one, &other, entry)));
        add(a.acquire_update().unwrap(), 3);
        both.into_iter().for_each(|thread| thread.join().unwrap());
        let mut on_a = contents(&a);
        on_a.retain(|entry| *entry != 3);
        assert_eq!(on_a, contents(&b));
    });
}

/// A call that holds two resources takes two more, while somebody wants what it holds.
#[test]
fn what_a_call_holds_is_not_what_it_is_about_to_take() {
    check(2, || {
        let logs: [Log; 4] = logs();
        let [a, b, c, d] = &logs;
        let other = {
            let a = a.clone();
            thread::spawn(move || add(a.acquire_update().unwrap(), 2))
        };
        let call = MANUAL.call();
        let (one, two) = call.acquire((a.updates(), b.updates())).unwrap();
        let (three, four) = call.acquire((c.updates(), d.updates())).unwrap();
        add(one, 1);
        add(two, 1);
        drop((three, four));
        other.join().unwrap();
        assert_eq!(contents(a).len(), 2);
    });
}

/// New versions are written into a ring, while somebody reads the newest one.
fn written(read: fn(&Log) -> Vec<u32>) {
    let ring = Resource::ring([(); 2].map(|()| Arc::new(Watched::new())));
    let writes = ring.clone();
    let writer = thread::spawn(move || {
        for entry in [1, 2] {
            add(writes.acquire_write().unwrap(), entry);
        }
    });
    // The first version is empty, and so is the slot of the second before it is written.
    let (first, second) = (read(&ring), read(&ring));
    assert!(first.len() <= second.len(), "{first:?} before {second:?}");
    writer.join().unwrap();
    assert_eq!(read(&ring), [2]);
}

#[test]
fn versions_are_read_in_the_order_in_which_they_are_written() {
    check(3, || written(contents));
}

#[test]
fn twin_reads_without_a_guard() {
    finds(UNORDERED, || {
        written(|ring| {
            let kept = Arc::clone(&wait(ring.acquire_read().unwrap()));
            kept.read()
        });
    });
}

/// Somebody looks at who uses a resource, while it is used.
#[test]
fn looking_changes_nothing() {
    check(3, || {
        let log = log();
        let same = log.clone();
        let user = thread::spawn(move || {
            add(same.acquire_update().unwrap(), 1);
            add(same.acquire_update().unwrap(), 2);
        });
        let holders = log.slots.core.ledger().seats().len();
        assert!(holders <= 1);
        user.join().unwrap();
        assert_eq!(contents(&log), [1, 2]);
        assert!(log.slots.core.ledger().seats().is_empty());
    });
}
