//! Makespans, and bounds without a limit but the depths.

use super::{TALK, talk, timed, told};
use gpu_stages::bound::{Depths, Frame, Timed};
use gpu_stages::{Schedule, Stage};
use gpu_stages_tests::timed_talk::ms;
use std::time::Duration;

#[test]
fn more_is_always_better_if_only_depths_are_a_limit() {
    const SCHEDULE: Schedule =
        Schedule::new("host", &[Stage::new("host").writes(&["x"])]).writes(&["x"]);
    let frame = Frame::of(timed(SCHEDULE, [5]));
    assert_eq!(told(frame.ideal()), (Vec::new(), ms(0)));
    assert!(frame.depths().is_none());
    assert_eq!(
        frame.report().to_string(),
        "nothing limits how often frames come\n"
    );
    assert_eq!(
        told(frame.bound(&Depths::of(2))).1,
        Duration::from_micros(2_500)
    );
}

#[test]
fn makespans_begin_and_end_with_a_whole_frame() {
    let bound = talk().bound(&Depths::of(2).in_flight(3)).unwrap();
    assert!(bound.is_exact());
    let makespans = [0, 1, 2, 1_000].map(|frames| bound.makespan(frames));
    assert_eq!(makespans, [0, 9, 12, 9 + 999 * 3].map(ms));
}

#[test]
fn very_long_stages_and_runs_are_no_trouble() {
    let frame = Frame::of(Timed::new(TALK, [Duration::MAX; 5]));
    let bound = frame.bound(&Depths::of(1).in_flight(1)).unwrap();
    assert!(bound.makespan(1_000_000) > bound.makespan(1));
    let short = Frame::of(Timed::new(
        TALK,
        [3_600_000_000_000, 1, 1, 1, 1].map(Duration::from_nanos),
    ));
    let depths = short.depths().unwrap();
    assert_eq!(depths.of_resource("h_in"), Some(3_600_000_000_001));
    assert_eq!(told(short.bound(&depths)).1, Duration::from_nanos(1));
}
