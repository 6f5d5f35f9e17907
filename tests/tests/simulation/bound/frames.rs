//! Descriptions of frames: mistakes are refused, and depths are printed.

use super::{TALK, TIMES, talk, timed};
use gpu_stages::bound::Depths;

#[test]
#[should_panic(expected = "`talk` has 5 stages, and there are 4 times")]
fn every_stage_has_a_time() {
    timed(TALK, [1, 2, 3, 4]);
}

#[test]
#[should_panic(expected = "`talk` has no parameter `d_inn`")]
fn what_is_passed_is_for_a_parameter() {
    drop(timed(TALK, TIMES).passing("d_inn", "x"));
}

#[test]
#[should_panic(expected = "no stage is on a queue `upp`")]
fn what_is_shared_is_used_by_queues() {
    drop(talk().sharing("copy engine", &["upp", "down"], 1));
}

#[test]
fn depths_print_what_is_not_usual() {
    let texts = [
        (
            Depths::unlimited(),
            "any number of slots, any number in flight",
        ),
        (Depths::of(1), "1 slot each, any number in flight"),
        (Depths::of(0).in_flight(0), "1 slot each, 1 in flight"),
        (
            Depths::of(2).slots("b", 1).in_flight(4),
            "2 slots each, 1 slot for `b`, 4 in flight",
        ),
        (
            Depths::unlimited()
                .slots("c", 3)
                .slots("b", 2)
                .slots("a", 2)
                .in_flight(3),
            "2 slots for `a` and `b`, 3 slots for `c`, 3 in flight",
        ),
        (
            Depths::unlimited().slots("a", 1).in_flight(2),
            "1 slot each, 2 in flight",
        ),
    ];
    for (depths, text) in texts {
        assert_eq!(depths.to_string(), text);
    }
}
