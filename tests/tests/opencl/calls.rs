//! How many calls of the driver a frame of the talk's pipeline takes.

use futures::executor::block_on;
use gpu_stages::Timeline;
use gpu_stages::opencl::{OpenCl, driver_calls};
use gpu_stages_tests::opencl::all_fail_after_a_failure;
use gpu_stages_tests::process::in_own_process;
use gpu_stages_tests::talk::Talk;
use std::pin::pin;

/// Queues, and the most calls of a frame on so many. Where a driver may run commands after a failed one, each command has
/// an event: its release and one or two questions.
fn calls() -> [(usize, f64); 2] {
    if all_fail_after_a_failure() {
        [(1, 7.0), (3, 11.0)]
    } else {
        [(1, 13.0), (3, 17.0)]
    }
}

/// Calls per frame when `in_flight` frames are in flight: the least of several batches, because the watchdog asks
/// once more where a busy machine lets a frame wait for long.
fn calls_per_frame(talk: &Talk<OpenCl>, in_flight: u32) -> f64 {
    const ROUNDS: u32 = 20;
    let batch = |_| {
        let before = driver_calls();
        for seed in 0..ROUNDS {
            let frames: Vec<_> = (0..in_flight).map(|i| talk.frame(seed + i)).collect();
            for result in block_on(pin!(futures::future::join_all(frames))) {
                result.unwrap();
            }
        }
        (driver_calls() - before) as f64 / f64::from(ROUNDS * in_flight)
    };
    // The first batches release less than they make.
    (0..12).map(batch).skip(2).fold(f64::INFINITY, f64::min)
}

#[test]
fn a_frame_takes_the_fewest_calls() {
    in_own_process(a_frame_takes_the_fewest_calls, || {
        for (queues, most) in calls() {
            for (slots, in_flight) in [(1, 1), (2, 2), (3, 3)] {
                let talk = Talk::<OpenCl>::new(queues, slots, 1024);
                let calls = calls_per_frame(&talk, in_flight);
                println!(
                    "{queues} queues, {slots} slots, {in_flight} in flight: {calls} calls per frame"
                );
                assert!(
                    calls <= most,
                    "{calls} calls per frame on {queues} queues, {slots} slots"
                );
            }
        }
    });
}

#[test]
fn a_dropped_timeline_costs_no_call() {
    in_own_process(a_dropped_timeline_costs_no_call, || {
        for (queues, most) in calls() {
            let timeline = Timeline::new(10);
            let talk = Talk::<OpenCl>::new(queues, 2, 1024);
            block_on(talk.frame(0)).unwrap();
            drop(timeline);
            let calls = calls_per_frame(&talk, 2);
            println!("{queues} queues that time: {calls} calls per frame");
            assert!(calls <= most, "{calls} calls per frame on {queues} queues");
        }
    });
}

#[test]
fn recording_keeps_events_and_asks_for_times_only_when_it_is_read() {
    in_own_process(
        recording_keeps_events_and_asks_for_times_only_when_it_is_read,
        || {
            for (queues, most) in calls() {
                let timeline = Timeline::new(4);
                let talk = Talk::<OpenCl>::new(queues, 2, 1024);
                let calls = calls_per_frame(&talk, 2);
                println!("{queues} queues, recording: {calls} calls per frame");
                // For each command that has an event, a handle to it and the release of that handle; for the others,
                // only the release.
                let without_event = if queues == 1 && all_fail_after_a_failure() {
                    2.0
                } else {
                    0.0
                };
                let most = most + 3.0 * 2.0 - without_event;
                assert!(calls <= most, "{calls} calls per frame on {queues} queues");
                let before = driver_calls();
                assert_eq!(timeline.recording().frames().len(), 4);
                let asked = driver_calls() - before;
                assert_eq!(
                    asked,
                    4 * 3 * 4,
                    "four calls for each of three commands of four frames"
                );
            }
        },
    );
}
