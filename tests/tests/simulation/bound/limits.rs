//! What limits the rate of frames: queues, slots, turns, shared engines, host threads.

use super::{TALK, queue, slots, talk, timed, told};
use gpu_stages::bound::{Bottleneck, Depths, Frame};
use gpu_stages::{Schedule, Stage};
use gpu_stages_tests::timed_talk::ms;
use std::time::Duration;

#[test]
fn the_slowest_queue_is_the_limit_if_nothing_else_is() {
    assert_eq!(told(talk().ideal()), (vec![queue("compute")], ms(3)));
}

#[test]
fn a_slot_is_held_from_the_first_use_to_the_last() {
    let one = Depths::of(1);
    assert_eq!(told(talk().bound(&one)), (vec![slots("d_in")], ms(5)));
    let others = Depths::of(2).slots("h_out", 1);
    let slow_end = Frame::of(timed(TALK, [1, 2, 3, 2, 7]));
    assert_eq!(told(slow_end.bound(&others)), (vec![slots("h_out")], ms(9)));
}

#[test]
fn frames_in_flight_share_the_time_of_a_frame() {
    let two = Depths::of(3).in_flight(2);
    let bound = talk().bound(&two);
    assert_eq!(bound.as_ref().unwrap().rate(), (2, ms(9)));
    assert_eq!(
        told(bound),
        (vec![Bottleneck::InFlight], Duration::from_micros(4_500))
    );
}

#[test]
fn limits_are_told_one_by_one() {
    let bound = talk().bound(&Depths::of(1).in_flight(4)).unwrap();
    let limits = bound.limits().iter();
    let limits: Vec<_> = limits
        .map(|it| (it.what().to_string(), it.frames(), it.time()))
        .collect();
    let expected = [
        ("the number of slots of `d_in`", 1, ms(5)),
        ("the number of slots of `d_out`", 1, ms(5)),
        ("`compute`", 1, ms(3)),
        ("the number of slots of `h_in`", 1, ms(3)),
        ("the number of slots of `h_out`", 1, ms(3)),
        ("the number of frames in flight", 4, ms(9)),
        ("`up`", 1, ms(2)),
        ("`down`", 1, ms(2)),
    ];
    assert_eq!(
        limits,
        expected.map(|(name, frames, time)| (name.to_owned(), frames, time))
    );
}

#[test]
fn what_is_updated_has_its_users_in_turn_whatever_its_slots() {
    const SCHEDULE: Schedule = Schedule::new(
        "update",
        &[
            Stage::new("receive").writes(&["socket", "chunk"]),
            Stage::new("work").on("q").reads(&["chunk"]),
        ],
    )
    .queues(&["q"])
    .updates(&["socket"])
    .writes(&["chunk"]);
    let frame = Frame::of(timed(SCHEDULE, [5, 2]));
    let turns = Bottleneck::Turns("socket".to_owned());
    assert_eq!(told(frame.ideal()), (vec![turns], ms(5)));
    assert_eq!(
        frame.report().to_string(),
        "a frame every 5ms: the turn at `socket` is the bottleneck\nwith 2 slots for `chunk`, 2 in flight\n"
    );
}

/// Makes a state of the one before.
const STEP: Schedule = Schedule::new(
    "step",
    &[Stage::new("step")
        .on("q")
        .reads(&["before"])
        .writes(&["state"])],
)
.queues(&["q"])
.reads(&["before"])
.writes(&["state"]);

#[test]
fn a_call_that_waits_for_itself_has_no_bound() {
    let frame = Frame::of(timed(STEP, [3]).passing("before", "state"));
    assert!(frame.bound(&Depths::of(1)).is_none());
    assert_eq!(told(frame.bound(&Depths::of(2))).1, ms(3));
    let depths = frame.depths().unwrap();
    assert_eq!(depths, Depths::unlimited().slots("state", 2).in_flight(1));
    // An exclusive use beside another one of the same version.
    const TWICE: Schedule =
        Schedule::new("twice", &[Stage::new("both").writes(&["a"]).reads(&["b"])])
            .updates(&["a"])
            .reads(&["b"]);
    let twice = Frame::of(timed(TWICE, [1]).passing("a", "x").passing("b", "x"));
    assert!(twice.ideal().is_none() && twice.depths().is_none());
    assert_eq!(twice.report().to_string(), "a call would wait for itself\n");
}

#[test]
fn frames_that_need_the_frame_before_are_a_separate_limit() {
    // What a frame makes is read by the next one on another queue: no slots help.
    const SCHEDULE: Schedule = Schedule::new(
        "loop",
        &[
            Stage::new("a")
                .on("q")
                .reads(&["before"])
                .writes(&["between"]),
            Stage::new("b")
                .on("r")
                .reads(&["between"])
                .writes(&["state"]),
        ],
    )
    .queues(&["q", "r"])
    .reads(&["before"])
    .writes(&["between", "state"]);
    let frame = Frame::of(timed(SCHEDULE, [2, 5]).passing("before", "state"));
    let turns = Bottleneck::Turns("state".to_owned());
    assert_eq!(told(frame.ideal()), (vec![turns], ms(7)));
}

#[test]
fn two_versions_per_frame_take_two_slots() {
    const SCHEDULE: Schedule =
        Schedule::new("two", &[Stage::new("both").on("q").writes(&["a", "b"])])
            .queues(&["q"])
            .writes(&["a", "b"]);
    let frame = Frame::of(timed(SCHEDULE, [4]).passing("a", "x").passing("b", "x"));
    assert!(frame.bound(&Depths::of(1)).is_none());
    assert_eq!(frame.depths().unwrap().of_resource("x"), Some(2));
}

#[test]
fn an_earlier_version_keeps_its_slot() {
    const WRITE: Schedule = Schedule::new("write", &[Stage::new("write").on("q").writes(&["x"])])
        .queues(&["q"])
        .writes(&["x"]);
    const READ: Schedule = Schedule::new("read", &[Stage::new("read").on("r").reads(&["x"])])
        .queues(&["r"])
        .reads(&["x"]);
    for back in 0..4 {
        let frame =
            Frame::of(timed(WRITE, [3])).and(timed(READ, [3]).passing_earlier("x", "x", back));
        // One to write into while another one is read, which may be the one that was written just before.
        let depths = frame.depths().unwrap();
        assert_eq!(
            depths.of_resource("x"),
            Some((back + 1).max(2)),
            "{back} back"
        );
    }
}

#[test]
fn queues_can_share_what_they_run_on() {
    let shared = |capacity| talk().sharing("engine", &["up", "compute", "down"], capacity);
    let engine = Bottleneck::Shared("engine".to_owned());
    assert_eq!(told(shared(1).ideal()), (vec![engine.clone()], ms(7)));
    assert_eq!(
        told(shared(2).ideal()),
        (vec![engine], Duration::from_micros(3_500))
    );
    assert_eq!(told(shared(3).ideal()), (vec![queue("compute")], ms(3)));
    // 1 ms before the first upload, and 1 ms after the last download.
    let makespan = |capacity| shared(capacity).ideal().unwrap().makespan(101);
    assert_eq!(makespan(1), ms(101 * 7 + 2));
    assert_eq!(makespan(2), Duration::from_micros(101 * 3_500) + ms(2));
    assert!(
        !shared(3).ideal().unwrap().is_exact(),
        "they may be in each other's way"
    );
}

#[test]
fn the_host_can_have_too_few_threads() {
    let busy = |threads| Frame::of(timed(TALK, [4, 2, 3, 2, 4])).host_threads(threads);
    assert_eq!(told(busy(1).ideal()), (vec![Bottleneck::Host], ms(8)));
    assert_eq!(told(busy(2).ideal()), (vec![Bottleneck::Host], ms(4)));
    assert_eq!(told(busy(3).ideal()), (vec![queue("compute")], ms(3)));
}

#[test]
fn a_makespan_that_is_too_long_to_count_is_the_longest() {
    let longest = Frame::of(timed(TALK, [u64::MAX / 1_000_000; 5]));
    let bound = longest.bound(&Depths::of(1)).unwrap();
    assert_eq!(bound.makespan(usize::MAX), Duration::from_nanos(u64::MAX));
}
