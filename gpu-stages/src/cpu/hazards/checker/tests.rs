//! What orders accesses, and what does not.

use super::super::report::{Action, Place};
use super::*;

const MEMORY: MemoryKey = MemoryKey(1);
const LOCK: LockKey = LockKey(2);
const QUEUES: [QueueKey; 2] = [QueueKey(3), QueueKey(4)];
const ACTORS: [ActorKey; 2] = [ActorKey(5), ActorKey(6)];

fn doer(name: &'static str) -> Doer {
    Doer {
        name: name.into(),
        origin: None,
        place: Place::Host,
    }
}

fn write() -> [Access; 1] {
    [Access::write(MEMORY, 0..8)]
}

fn read() -> [Access; 1] {
    [Access::read(MEMORY, 4..12)]
}

/// The names of the two accesses of each hazard.
fn told(checker: &Checker) -> Vec<(&str, &str)> {
    let hazards = checker.hazards.iter();
    let names = hazards.map(|it| (&*it.earlier.doer.name, &*it.later.doer.name));
    names.collect()
}

/// A write on the first queue by the first call, and its end.
fn written() -> (Checker, Clock) {
    let mut checker = Checker::default();
    let end = checker.command(QUEUES[0], &ACTORS[..1], [].iter(), &write(), doer("w"));
    (checker, end)
}

#[test]
fn a_queue_orders_its_own_commands_and_no_others() {
    let (mut checker, _) = written();
    checker.command(QUEUES[0], &ACTORS[1..], [].iter(), &read(), doer("same"));
    assert_eq!(told(&checker), []);
    checker.command(QUEUES[1], &ACTORS[..1], [].iter(), &read(), doer("other"));
    assert_eq!(told(&checker), [("w", "other")]);
    let hazard = &checker.hazards[0];
    assert_eq!(
        (hazard.kind, hazard.bytes.clone()),
        (Kind::ReadAfterWrite, 4..8)
    );
}

#[test]
fn an_event_orders_what_waits_for_it() {
    let (mut checker, end) = written();
    let wait = [end];
    checker.command(QUEUES[1], &ACTORS[1..], wait.iter(), &read(), doer("r"));
    assert_eq!(told(&checker), []);
    // The read is not ordered before this write, which waits for the first write only.
    checker.command(QueueKey(9), &ACTORS[1..], wait.iter(), &write(), doer("w2"));
    assert_eq!(told(&checker), [("r", "w2")]);
}

#[test]
fn a_call_orders_what_it_enqueues_after_what_it_has_learned() {
    let (mut checker, end) = written();
    checker.learn(ACTORS[1], &end);
    checker.command(QUEUES[1], &ACTORS[1..], [].iter(), &read(), doer("r"));
    assert_eq!(told(&checker), []);
    checker.end_actor(ACTORS[1]);
    checker.command(
        QueueKey(9),
        &ACTORS[1..],
        [].iter(),
        &read(),
        doer("forgot"),
    );
    assert_eq!(told(&checker), [("w", "forgot")]);
}

/// The hazards of a use by the first call and one by the second, which acquire the slot in these ways.
fn in_turn(first: Turn, second: Turn) -> Vec<(String, String)> {
    let mut checker = Checker::default();
    for (actor, turn, name) in [(ACTORS[0], first, "1"), (ACTORS[1], second, "2")] {
        checker.acquire(actor, LOCK, turn);
        let used = checker.begin(actor, &write(), doer(name));
        checker.end(actor, &used);
        checker.release(actor, LOCK, turn);
    }
    let told = told(&checker).into_iter();
    told.map(|(a, b)| (a.to_owned(), b.to_owned())).collect()
}

#[test]
fn a_slot_orders_exclusive_uses_and_not_the_shared_ones_among_themselves() {
    use Turn::{Exclusive, Shared};
    assert_eq!(in_turn(Exclusive, Exclusive), []);
    assert_eq!(in_turn(Exclusive, Shared), []);
    assert_eq!(in_turn(Shared, Exclusive), []);
    let both = ("1".to_owned(), "2".to_owned());
    assert_eq!(in_turn(Shared, Shared), [both]);
}

#[test]
fn a_slot_orders_what_the_host_did_and_not_what_it_enqueued() {
    let (mut checker, _) = written();
    checker.release(ACTORS[0], LOCK, Turn::Exclusive);
    checker.acquire(ACTORS[1], LOCK, Turn::Exclusive);
    let used = checker.begin(ACTORS[1], &read(), doer("r"));
    checker.end(ACTORS[1], &used);
    assert_eq!(told(&checker), [("w", "r")]);
}

#[test]
fn a_use_that_has_not_ended_conflicts_with_all_others() {
    let mut checker = Checker::default();
    checker.begin(ACTORS[0], &write(), doer("open"));
    checker.release(ACTORS[0], LOCK, Turn::Exclusive);
    checker.acquire(ACTORS[1], LOCK, Turn::Exclusive);
    checker.begin(ACTORS[1], &read(), doer("r"));
    assert_eq!(told(&checker), [("open", "r")]);
}

const OTHER: LockKey = LockKey(7);

/// A queue writes the memory in the first slot. The host uses that slot for another call and moves the memory to the
/// second slot, where a third call writes it on another queue. The host waits for the first write if asked, and the third
/// call comes to its slot after the host if asked.
fn moved(waits: bool, in_turn: bool, action: Action) -> Checker {
    let mut checker = Checker::default();
    let (host, last) = (ActorKey(8), ActorKey(10));
    checker.acquire(ACTORS[0], LOCK, Turn::Exclusive);
    assert!(checker.hold(ACTORS[0], LOCK, MEMORY, 8));
    let end = checker.command(QUEUES[0], &ACTORS[..1], [].iter(), &write(), doer("w"));
    checker.release(ACTORS[0], LOCK, Turn::Exclusive);

    let slots = [LOCK, OTHER];
    for lock in slots {
        checker.acquire(host, lock, Turn::Exclusive);
    }
    if waits {
        checker.learn(host, &end);
    }
    let used = slots.map(|lock| checker.begin_in(host, lock, action, doer("host")));
    used.iter().for_each(|used| checker.end(host, used));
    checker.release(host, OTHER, Turn::Exclusive);

    if in_turn {
        checker.acquire(last, OTHER, Turn::Exclusive);
    }
    assert!(checker.hold(last, OTHER, MEMORY, 8));
    assert!(!checker.hold(last, OTHER, MEMORY, 8));
    checker.command(QUEUES[1], &[last], [].iter(), &write(), doer("w2"));
    checker
}

#[test]
fn a_memory_that_was_moved_brings_what_the_host_knew() {
    assert_eq!(told(&moved(true, true, Action::Write)), []);
    // Without its turn, the last use is ordered after the commands, but not after the host.
    let out_of_turn = moved(true, false, Action::Write);
    assert_eq!(told(&out_of_turn), [("host", "w2")]);
    let unawaited = moved(false, true, Action::Write);
    assert_eq!(told(&unawaited), [("w", "host"), ("w", "w2")]);
}

#[test]
fn the_host_moves_nothing_while_it_only_reads() {
    assert_eq!(
        told(&moved(true, false, Action::Read)),
        [("w", "w2"), ("host", "w2")]
    );
}

#[test]
fn a_memory_that_may_be_elsewhere_is_not_held() {
    let mut checker = Checker::default();
    checker.hold(ACTORS[0], LOCK, MEMORY, 8);
    let held = |checker: &Checker| checker.held(LOCK).collect::<Vec<_>>();
    assert_eq!(held(&checker), [(MEMORY, 8)]);
    checker.begin_in(ACTORS[0], LOCK, Action::Read, doer("read"));
    assert_eq!(held(&checker), [(MEMORY, 8)]);
    checker.begin_in(ACTORS[0], LOCK, Action::Write, doer("write"));
    assert_eq!(held(&checker), []);
    checker.hold(ACTORS[0], LOCK, MEMORY, 8);
    assert_eq!(held(&checker), [(MEMORY, 8)]);
    checker.free_last(MEMORY, doer("free"));
    assert_eq!(held(&checker), []);
}

#[test]
fn a_free_is_ordered_after_the_handles_that_were_dropped() {
    let freed = |drops: bool| {
        let (mut checker, end) = written();
        if drops {
            checker.give_back(MEMORY, &end);
        }
        checker.free_last(MEMORY, doer("free"));
        checker.hazards.len()
    };
    assert_eq!([true, false].map(freed), [0, 1]);
}

#[test]
fn no_more_hazards_are_kept_than_the_limit() {
    let mut checker = Checker::default();
    for _ in 0..50 {
        checker.begin(ActorKey(0), &write(), doer("w"));
        checker.end_actor(ActorKey(0));
    }
    // Each use conflicts with all before it.
    assert_eq!(checker.hazards.len(), LIMIT);
}
