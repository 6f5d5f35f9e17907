//! The order of stages on one queue, as far as the bound knows it.

use super::{queue, timed, told};
use gpu_stages::bound::{Depths, Frame};
use gpu_stages::{Schedule, Stage};
use gpu_stages_tests::timed_talk::ms;

#[test]
fn a_queue_may_have_to_wait_between_two_stages_of_a_frame() {
    const SCHEDULE: Schedule = Schedule::new(
        "between",
        &[
            Stage::new("a").on("q").writes(&["x"]),
            Stage::new("b").on("r").reads(&["x"]).writes(&["y"]),
            Stage::new("c").on("q").reads(&["y"]),
        ],
    )
    .queues(&["q", "r"])
    .writes(&["x", "y"]);
    let frame = Frame::of(timed(SCHEDULE, [1, 4, 1]));
    // It keeps the order in which the stages were enqueued: `a`, `c`, and only then the next frame's `a`.
    assert_eq!(told(frame.ideal()), (vec![queue("q")], ms(6)));
}

#[test]
fn the_order_on_a_queue_is_told_if_it_is_known() {
    const BACK_AND_FORTH: Schedule = Schedule::new(
        "there and back",
        &[
            Stage::new("a").on("q").writes(&["x"]),
            Stage::new("look").reads(&["x"]).writes(&["y"]),
            Stage::new("b").on("q").reads(&["y"]),
        ],
    )
    .queues(&["q"])
    .writes(&["x", "y"]);
    let frame = Frame::of(timed(BACK_AND_FORTH, [1, 4, 1]));
    // While the host looks, the next frame's first stage may be enqueued before this one's second.
    assert!(!frame.ideal().unwrap().is_exact());
    assert_eq!(told(frame.ideal()), (vec![queue("q")], ms(2)));
    assert!(frame.report().to_string().ends_with(" at least\n"));
    // One frame after another cannot meet.
    let one = frame.bound(&Depths::of(1).in_flight(1)).unwrap();
    assert!(one.is_exact());
    assert_eq!(one.period(), ms(6));
}

#[test]
fn an_order_that_only_few_slots_cause_is_avoided() {
    const SCHEDULE: Schedule = Schedule::new(
        "there and back",
        &[
            Stage::new("other").on("r").writes(&["z"]),
            Stage::new("a").on("q").writes(&["x"]),
            Stage::new("look").reads(&["x"]).writes(&["y"]),
            Stage::new("b").on("q").reads(&["y"]),
        ],
    )
    .queues(&["q", "r"])
    .writes(&["x", "y", "z"]);
    let frame = Frame::of(timed(SCHEDULE, [5, 1, 3, 2]));
    assert_eq!(told(frame.ideal()), (vec![queue("r")], ms(5)));
    // `a` and `look` take 4 ms: one slot would do for `x`, but with it the next frame's `a` is enqueued after this
    // one's `b`.
    let few = Depths::unlimited().slots("x", 1);
    assert_eq!(told(frame.bound(&few)), (vec![queue("q")], ms(6)));
    assert_eq!(frame.depths().unwrap().of_resource("x"), Some(2));
}
