//! Calls that are listed by a thread without a handle, while they end and their records are used again; and uses whose
//! commands several threads record.

use super::dependencies::{Dependencies, Recorded};
use super::handle::Call;
use super::name::{Parameter, ResourceName};
use super::ordering::{Ordered, settle, settle_numbered};
use super::record::Record;
use super::usage::{OpaqueQueue, Use};
use crate::models::small::device::DeviceQueue;
use crate::models::small::{Watched, check, finds};
use crate::sync::access::Access;
use crate::sync::discarded::move_all;
use crate::sync::event::{Event, Events};
use crate::util::pool::Recycle;
use crate::util::primitives::{Arc, Ordering};
use loom::future::block_on;
use loom::thread;

/// A thread lists the numbers of all calls while one ends, in whose record another begins.
fn listed(all: fn() -> Vec<u64>) {
    let call = Call::by_hand();
    let ends = thread::spawn(move || {
        drop(call);
        drop(Call::by_hand());
    });
    let found = all();
    assert!(found.len() <= 1);
    assert!(found.iter().all(|id| *id > 0), "not a call");
    ends.join().unwrap();
    // A record that was listed is free, once, for a call that has it alone.
    let (one, two) = (Call::by_hand(), Call::by_hand());
    assert!(!one.is(&two));
}

/// The numbers of all calls, read again once they were found.
fn calls() -> Vec<u64> {
    let found = Call::all();
    let ids: Vec<u64> = found.iter().map(Call::id).collect();
    // A record serves no other call while there is a handle.
    assert!(
        found.iter().map(Call::id).eq(ids.iter().copied()),
        "not a call"
    );
    ids
}

#[test]
fn calls_that_are_over_are_not_listed() {
    check(8, || listed(calls));
}

#[test]
fn twin_takes_records_for_calls() {
    finds("not a call", || {
        listed(|| {
            let records = Record::pool().alive().into_iter();
            records
                .map(|record| record.id.load(Ordering::Relaxed))
                .collect()
        });
    });
}

/// A use that is granted.
fn granted() -> Use {
    let name = ResourceName {
        own: None,
        parameter: Parameter::named("data"),
    };
    let usage = Use::new(&Call::by_hand(), name, true, None::<fn(&mut Dependencies)>);
    usage.grant(|_| {});
    usage
}

/// Releases the use. Returns the writes that it leaves.
fn release(usage: &Use) -> Events {
    let mut left = Events::new();
    usage.release(|_, dependencies| move_all(&mut dependencies.writes, &mut left));
    left
}

/// A use is released while another thread ends its opaque access and a third is the device.
fn released_while_open(settle: fn(&Use)) {
    let (value, queue, usage) = (Arc::new(Watched::new()), DeviceQueue::new(), granted());
    let opaque: Arc<dyn OpaqueQueue> = Arc::new(queue.clone());
    let number = usage.open(&opaque, Access::Write, Recorded::default());
    let opened = (usage.clone(), number.unwrap());
    let ends = thread::spawn(move || settle_numbered(&[opened]));
    let device = {
        let value = value.clone();
        thread::spawn(move || {
            value.write(1);
            queue.end();
        })
    };
    settle(&usage);
    for event in release(&usage) {
        block_on(event.wait()).unwrap();
    }
    assert_eq!(value.read(), [1]);
    ends.join().unwrap();
    device.join().unwrap();
}

#[test]
fn a_release_leaves_the_end_of_an_opaque_use() {
    check(3, || {
        released_while_open(|usage| settle(std::iter::once(usage)));
    });
}

#[test]
fn twin_releases_without_the_end() {
    finds("assertion", || released_while_open(|_| {}));
}

fn write(usage: &Use) -> impl Iterator<Item = (&Use, Access)> {
    std::iter::once((usage, Access::Write))
}

/// Two threads record commands on different parts of one value, which is then released.
fn recorded_side_by_side(record: fn(&Use, &Ordered, &DeviceQueue, &Event)) {
    let usage = granted();
    let enqueue = move |usage: &Use| {
        let queue = DeviceQueue::new();
        let mut ordered = Ordered::default();
        ordered.add(write(usage), OpaqueQueue::id(&queue)).unwrap();
        let event = queue.marker().unwrap();
        record(usage, &ordered, &queue, &event);
        (event, ordered.needs.order)
    };
    let other = {
        let usage = usage.clone();
        thread::spawn(move || enqueue(&usage))
    };
    let (one, after_one) = enqueue(&usage);
    let (two, after_two) = other.join().unwrap();
    let left = release(&usage);
    let has = |events: &Events, event: &Event| events.iter().any(|it| it.is(event));
    assert!(has(&left, &one) || has(&left, &two) && has(&after_two, &one));
    assert!(has(&left, &two) || has(&left, &one) && has(&after_one, &two));
}

#[test]
fn commands_that_are_recorded_side_by_side_are_both_left() {
    check(8, || {
        recorded_side_by_side(|usage, ordered, _, event| ordered.record(write(usage), event));
    });
}

#[test]
fn twin_takes_what_was_recorded_since_for_ordered() {
    finds("assertion", || {
        recorded_side_by_side(|usage, _, queue, event| {
            let mut ordered = Ordered::default();
            ordered.add(write(usage), OpaqueQueue::id(queue)).unwrap();
            ordered.record(write(usage), event);
        });
    });
}
