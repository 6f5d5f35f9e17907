//! Calls, looked at by those who hold no handle while they end and their records serve others.

use super::record::Record;
use super::{Call, MANUAL};
use crate::models::small::{check, finds};
use crate::pool::Recycle;
use loom::thread;

/// Somebody looks at all calls while one ends, in whose record another begins.
fn looked_at(all: fn() -> Vec<Call>) {
    let call = MANUAL.call();
    let ends = thread::spawn(move || {
        drop(call);
        drop(MANUAL.call());
    });
    let found = all();
    assert!(found.len() <= 1);
    assert!(found.iter().all(|call| call.id() > 0), "not a call");
    let id = |call: &Call| call.id();
    let ids: Vec<_> = found.iter().map(id).collect();
    ends.join().unwrap();
    // The record serves nobody else while it is looked at.
    assert!(found.iter().map(id).eq(ids), "not a call");
    drop(found);
    // And then it is free, once, for a call that has it alone.
    let (one, two) = (MANUAL.call(), MANUAL.call());
    assert!(!one.is(&two));
}

#[test]
fn calls_that_are_over_are_not_found() {
    check(8, || looked_at(Call::all));
}

#[test]
fn twin_takes_records_for_calls() {
    finds("not a call", || {
        looked_at(|| {
            let records = Record::pool().alive().into_iter();
            records.map(|record| Call { record }).collect()
        });
    });
}
