//! The state by itself: order, sharing, versions, pins and what later uses inherit, without devices.

mod events;

use super::*;
use crate::error::{Poison, Reason};
use crate::util::primitives::Arc;

const ORIGIN: Origin = Origin {
    pipeline: "test",
    stage: "only",
    call: 7,
};

fn wish(mode: Mode) -> Wish {
    Wish {
        mode,
        pin: None,
        first_use: FirstUse::Unknown,
        parameter: Parameter::named("value"),
    }
}

/// Adds a use of the slot that it takes; whether it is granted at once.
fn add(state: &mut State, mode: Mode) -> (UseIndex, bool) {
    let slot = match mode {
        Mode::Write => state.slot_for_write(0),
        Mode::Read | Mode::Update => state.newest_slot(),
    };
    state.add(&wish(mode), slot, 7)
}

fn through(state: &mut State, pin: UseIndex, mode: Mode) -> (UseIndex, bool) {
    let wish = Wish {
        pin: Some(pin),
        ..wish(mode)
    };
    let slot = state.pinned_slot(pin);
    state.add(&wish, slot, 7)
}

fn release(state: &mut State, index: UseIndex, contents: Contents) {
    let (mut left, mut deferred) = (Dependencies::default(), Deferred::default());
    state.release(index, &mut left, contents, || ORIGIN, &mut deferred);
}

fn cancel(state: &mut State, index: UseIndex) {
    state.cancel(index, || ORIGIN, &mut Deferred::default());
}

fn is_granted(state: &State, index: UseIndex) -> bool {
    matches!(state.poll(index), Grant::Granted)
}

fn is_never_written(state: &State, index: UseIndex) -> bool {
    matches!(state.poll(index), Grant::NeverWritten(origin) if *origin == ORIGIN)
}

fn poison() -> Contents {
    Contents::Poisoned(Arc::new(Poison {
        by: ORIGIN,
        reason: Reason::Dropped,
    }))
}

#[test]
fn readers_share_and_a_writer_waits_for_all_of_them() {
    let mut state = State::new(1);
    let [(one, first), (two, second)] = [(); 2].map(|()| add(&mut state, Mode::Read));
    let (writer, at_once) = add(&mut state, Mode::Update);
    assert_eq!((first, second, at_once), (true, true, false));
    release(&mut state, one, Contents::Untouched);
    assert!(!is_granted(&state, writer));
    release(&mut state, two, Contents::Untouched);
    assert!(is_granted(&state, writer));
}

#[test]
fn a_reader_does_not_overtake_a_waiting_writer() {
    let mut state = State::new(1);
    let (reader, _) = add(&mut state, Mode::Read);
    let (writer, _) = add(&mut state, Mode::Update);
    let (late, at_once) = add(&mut state, Mode::Read);
    assert!(!at_once);
    cancel(&mut state, writer);
    assert!(is_granted(&state, late), "nothing is in its way any more");
    release(&mut state, reader, Contents::Untouched);
}

#[test]
fn writes_take_slot_after_slot() {
    let mut state = State::new(3);
    let slots: Vec<usize> = (0..4)
        .map(|_| {
            let (index, _) = add(&mut state, Mode::Write);
            state.slot_of(index)
        })
        .collect();
    assert_eq!(slots, [1, 2, 0, 1]);
    let (reader, at_once) = add(&mut state, Mode::Read);
    assert_eq!((state.slot_of(reader), at_once), (1, false));
}

#[test]
fn readers_of_a_version_that_is_never_written_are_told() {
    let mut state = State::new(2);
    let (writer, _) = add(&mut state, Mode::Write);
    let (reader, _) = add(&mut state, Mode::Read);
    release(&mut state, writer, Contents::Untouched);
    assert!(is_never_written(&state, reader));
    // The version before is the newest again.
    let (later, at_once) = add(&mut state, Mode::Read);
    assert_eq!((state.slot_of(later), at_once), (0, true));
}

#[test]
fn readers_of_a_version_that_is_never_written_are_woken() {
    let mut state = State::new(1);
    let (writer, _) = add(&mut state, Mode::Write);
    let (reader, _) = add(&mut state, Mode::Read);
    state.park(reader, Waker::noop().clone());
    let mut deferred = Deferred::default();
    state.cancel(writer, || ORIGIN, &mut deferred);
    assert_eq!(deferred.wake.len(), 1);
}

#[test]
fn a_writer_that_is_granted_and_never_looked_is_as_one_that_waited() {
    for is_waiting in [false, true] {
        let mut state = State::new(1);
        let holder = is_waiting.then(|| add(&mut state, Mode::Update).0);
        let (writer, at_once) = add(&mut state, Mode::Write);
        let (reader, _) = add(&mut state, Mode::Read);
        assert_eq!(at_once, !is_waiting);
        cancel(&mut state, writer);
        assert!(is_never_written(&state, reader));
        if let Some(holder) = holder {
            release(&mut state, holder, Contents::Good);
        }
        assert!(add(&mut state, Mode::Read).1);
    }
}

#[test]
fn the_next_writer_returns_to_the_version_before_both() {
    let mut state = State::new(1);
    let (first, _) = add(&mut state, Mode::Write);
    let (second, _) = add(&mut state, Mode::Write);
    let (reader, _) = add(&mut state, Mode::Read);
    cancel(&mut state, first);
    assert!(is_granted(&state, second) && !is_granted(&state, reader));
    cancel(&mut state, second);
    assert!(is_never_written(&state, reader));
    assert!(add(&mut state, Mode::Read).1);
}

#[test]
fn poison_reaches_those_that_rely_on_the_contents() {
    let mut state = State::new(1);
    let (writer, _) = add(&mut state, Mode::Update);
    release(&mut state, writer, poison());
    for (mode, is_poisoned) in [
        (Mode::Read, true),
        (Mode::Update, true),
        (Mode::Write, false),
    ] {
        let (index, _) = add(&mut state, mode);
        let mut inherited = Dependencies::default();
        state.inherit(index, &mut inherited, &mut Completed::default());
        assert_eq!(inherited.poison.is_some(), is_poisoned, "{mode:?}");
        release(&mut state, index, Contents::Untouched);
    }
    state.clear_poison(&mut Discarded::default());
    let (index, _) = add(&mut state, Mode::Read);
    let mut inherited = Dependencies::default();
    state.inherit(index, &mut inherited, &mut Completed::default());
    assert!(inherited.poison.is_none());
}

#[test]
fn accepted_contents_are_noticed_by_a_use_that_holds_them() {
    let mut state = State::new(1);
    let (holder, _) = add(&mut state, Mode::Update);
    assert!(!state.was_accepted(holder));
    state.clear_poison(&mut Discarded::default());
    assert!(state.was_accepted(holder));
}

#[test]
fn poison_is_cleared_in_every_slot() {
    let mut state = State::new(2);
    for _ in 0..2 {
        let (writer, _) = add(&mut state, Mode::Write);
        release(&mut state, writer, poison());
    }
    state.clear_poison(&mut Discarded::default());
    assert!(state.slots.iter().all(|slot| slot.poison.is_none()));
}

#[test]
fn the_waker_of_a_use_that_is_given_up_is_dropped_outside_of_the_lock() {
    let mut state = State::new(1);
    let (_holder, _) = add(&mut state, Mode::Update);
    let (waiting, _) = add(&mut state, Mode::Read);
    state.park(waiting, Waker::noop().clone());
    let mut deferred = Deferred::default();
    state.cancel(waiting, || ORIGIN, &mut deferred);
    assert!(deferred.stale.is_some());
}

#[test]
fn a_pin_keeps_writers_out_and_lets_uses_through_it_in() {
    let mut state = State::new(1);
    let pin = state.pin();
    let (writer, at_once) = add(&mut state, Mode::Write);
    let (reader, through_pin) = through(&mut state, pin, Mode::Read);
    assert_eq!((at_once, through_pin), (false, true));
    let (update, at_once) = through(&mut state, pin, Mode::Update);
    assert!(!at_once, "the reader is there");
    release(&mut state, reader, Contents::Untouched);
    assert!(is_granted(&state, update) && !is_granted(&state, writer));
    release(&mut state, update, Contents::Good);
    state.unpin(pin, &mut Deferred::default());
    assert!(is_granted(&state, writer));
}

#[test]
fn updates_through_pins_exclude_each_other() {
    let mut state = State::new(1);
    let pin = state.pin();
    let (first, at_once) = through(&mut state, pin, Mode::Update);
    let (second, beside) = through(&mut state, pin, Mode::Update);
    assert_eq!((at_once, beside), (true, false));
    release(&mut state, first, Contents::Good);
    assert!(is_granted(&state, second));
}

#[test]
fn a_use_through_a_waiting_pin_does_not_overtake_the_writer_of_its_version() {
    let mut state = State::new(1);
    let (holder, _) = add(&mut state, Mode::Update);
    let (writer, _) = add(&mut state, Mode::Write);
    let pin = state.pin();
    let (later, _) = add(&mut state, Mode::Write);
    let (reader, _) = through(&mut state, pin, Mode::Read);
    release(&mut state, holder, Contents::Good);
    assert!(is_granted(&state, writer) && !is_granted(&state, reader));
    release(&mut state, writer, Contents::Good);
    assert!(is_granted(&state, reader) && !is_granted(&state, later));
}

#[test]
fn a_pin_of_a_version_to_come_waits_for_its_writer() {
    let mut state = State::new(1);
    let (writer, _) = add(&mut state, Mode::Write);
    let pin = state.pin();
    let (reader, at_once) = through(&mut state, pin, Mode::Read);
    assert!(!at_once && !state.is_never_written(pin));
    cancel(&mut state, writer);
    assert!(state.is_never_written(pin) && is_never_written(&state, reader));
    let (late, _) = through(&mut state, pin, Mode::Read);
    assert!(is_never_written(&state, late));
}

#[test]
fn the_newest_complete_version_is_pinned_beside_its_readers() {
    let mut state = State::new(2);
    let (writer, _) = add(&mut state, Mode::Write);
    let pin = state.pin_complete(|_| true).expect("the first version");
    assert_eq!(state.pinned_slot(pin), 0);
    release(&mut state, writer, Contents::Good);
    let (reader, _) = add(&mut state, Mode::Read);
    let newer = state.pin_complete(|_| true).expect("the new version");
    assert_eq!(state.pinned_slot(newer), state.slot_of(reader));
}

#[test]
fn reports_say_how_far_uses_have_come() {
    let mut state = State::new(1);
    let (_holder, _) = add(&mut state, Mode::Update);
    let (_queued, _) = add(&mut state, Mode::Read);
    let (suspended, _) = add(&mut state, Mode::Read);
    state.park(suspended, Waker::noop().clone());
    let standings: Vec<_> = state.report().iter().map(|it| it.standing).collect();
    assert_eq!(
        standings,
        [Standing::Granted, Standing::Queued, Standing::Suspended]
    );
}
