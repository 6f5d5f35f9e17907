//! Calls that are listed by a thread without a handle, while they end and their records serve other calls.

use super::handle::Call;
use super::record::Record;
use crate::models::small::{check, finds};
use crate::util::pool::Recycle;
use crate::util::primitives::Ordering;
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
