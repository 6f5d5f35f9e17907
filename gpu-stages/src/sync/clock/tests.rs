//! What a queue knows of others: what it waited for, what that implies, and what it forgets first.

use super::*;

fn exact(number: u64) -> Position {
    Position::exact(number)
}

#[test]
fn a_queue_covers_what_it_waited_for_and_nothing_later() {
    let [one, two] = [(); 2].map(|()| QueueId::unique());
    let (first, second) = (Knowledge::of(one), Knowledge::of(two));
    first.learn(two, &second, exact(5), exact(1));
    assert!(first.covers(two, exact(5)) && first.covers(two, exact(4)));
    assert!(!first.covers(two, exact(6)) && !first.covers(one, exact(1)));
    assert!(first.covered_at(exact(1), two, exact(5)));
    assert!(!first.covered_at(exact(0), two, exact(5)));
}

#[test]
fn a_wait_implies_what_the_other_queue_had_waited_for_by_then() {
    let [one, two, three] = [(); 3].map(|()| QueueId::unique());
    let [first, second, third] = [one, two, three].map(Knowledge::of);
    second.learn(three, &third, exact(7), exact(3));
    first.learn(two, &second, exact(2), exact(1));
    assert!(!first.covers(three, exact(7)), "it was learned later");
    first.learn(two, &second, exact(3), exact(2));
    assert!(first.covers(three, exact(7)));
}

#[test]
fn a_full_history_forgets_its_oldest_entry_first() {
    let own = Knowledge::of(QueueId::unique());
    let others: Vec<_> = (0..=HISTORY).map(|_| QueueId::unique()).collect();
    for (since, other) in (1..).zip(&others) {
        own.learn(*other, &Knowledge::of(*other), exact(1), exact(since));
    }
    assert!(!own.covers(others[0], exact(1)));
    assert!(others[1..].iter().all(|other| own.covers(*other, exact(1))));
}

#[test]
fn of_several_waits_for_one_queue_the_newest_is_inherited() {
    let [one, two, three] = [(); 3].map(|()| QueueId::unique());
    let [first, second, third] = [one, two, three].map(Knowledge::of);
    (1..=3).for_each(|at| second.learn(three, &third, exact(at), exact(at)));
    let mut known = Facts::new();
    lock(&second.history).known_at(exact(3), &mut known);
    assert_eq!(known.len(), 1);
    first.learn(two, &second, exact(2), exact(1));
    assert!(first.covers(three, exact(2)) && !first.covers(three, exact(3)));
}

#[test]
fn an_interval_completes_only_what_certainly_comes_before_it() {
    let wide = Position {
        earliest: 3,
        latest: 9,
    };
    assert_eq!((wide.completes(), exact(4).completes()), (3, 4));
    assert!(exact(3).is_within(wide) && !exact(4).is_within(wide) && wide.is_within(wide));
}

/// The other queue numbers its commands by itself: what is inherited is known from the own wait on.
#[test]
fn what_is_inherited_is_known_from_the_wait_on() {
    let [one, two, three] = [(); 3].map(|()| QueueId::unique());
    let [first, second, third] = [one, two, three].map(Knowledge::of);
    second.learn(three, &third, exact(7), exact(3));
    first.learn(two, &second, exact(3), exact(9));
    assert!(!first.covered_at(exact(5), three, exact(7)));
    assert!(first.covered_at(exact(9), three, exact(7)));
}

#[test]
fn a_wait_that_is_known_takes_no_entry() {
    let [one, two, three] = [(); 3].map(|()| QueueId::unique());
    let [first, second, third] = [one, two, three].map(Knowledge::of);
    first.learn(three, &third, exact(1), exact(1));
    (0..=HISTORY).for_each(|_| first.learn(two, &second, exact(5), exact(2)));
    assert!(first.covers(three, exact(1)));
}

#[test]
fn a_full_history_forgets_one_entry_after_another() {
    let own = Knowledge::of(QueueId::unique());
    let others: Vec<_> = (0..HISTORY + 2).map(|_| QueueId::unique()).collect();
    for (since, other) in (1..).zip(&others) {
        own.learn(*other, &Knowledge::of(*other), exact(1), exact(since));
    }
    let covered = others.iter().map(|other| own.covers(*other, exact(1)));
    assert!(covered.eq((0..HISTORY + 2).map(|index| index >= 2)));
}

#[test]
fn of_a_full_history_the_newest_entry_comes_first() {
    let [two, three] = [(); 2].map(|()| QueueId::unique());
    let [second, third] = [two, three].map(Knowledge::of);
    let last = HISTORY as u64 + 1;
    (1..=last).for_each(|at| second.learn(three, &third, exact(at), exact(at)));
    let mut known = Facts::new();
    lock(&second.history).known_at(exact(last), &mut known);
    assert_eq!(known.len(), 1);
}
