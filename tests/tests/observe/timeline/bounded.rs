//! A timeline keeps a bounded number of frames and events, of calls made while it exists.

use super::commands;
use crate::alone;
use futures::executor::block_on;
use gpu_stages::cpu::{DeviceBuffer, Queue};
use gpu_stages::{Resource, Result, Timeline, gpu_pipeline};
use gpu_stages_tests::{device_buffers, poll_once, queue};

#[gpu_pipeline]
async fn count(#[updates] total: u32) -> Result<u32> {
    total += 1;
    Ok(total)
}

fn numbers(timeline: &Timeline) -> Vec<u64> {
    let recording = timeline.recording();
    let frames = recording.frames();
    frames.iter().map(|frame| frame.number()).collect()
}

#[test]
fn the_latest_frames_are_kept() {
    let _alone = alone();
    let total = Resource::new(0);
    let timelines = [0, 1, 3, 100].map(Timeline::new);
    for _ in 0..10 {
        block_on(count(&total)).unwrap();
    }
    let kept = timelines.each_ref().map(numbers);
    assert_eq!(kept[0], [10]);
    assert_eq!(kept[1], [10]);
    assert_eq!(kept[2], [8, 9, 10]);
    assert!(kept[3].iter().copied().eq(1..=10));
    let begun = timelines
        .each_ref()
        .map(|timeline| timeline.recording().begun());
    assert_eq!(begun, [10; 4]);
}

#[test]
fn a_frame_in_flight_is_forgotten_as_well() {
    let _alone = alone();
    let (total, other) = (Resource::new(0), Resource::new(0));
    let timeline = Timeline::new(2);
    let holder = total.acquire_update().unwrap();
    let mut waiting = Box::pin(count(&total));
    assert!(poll_once(&mut waiting).is_pending());
    for _ in 0..2 {
        block_on(count(&other)).unwrap();
    }
    drop(holder);
    block_on(waiting).unwrap();
    assert_eq!(numbers(&timeline), [3, 4]);
    let recording = timeline.recording();
    let frames = recording.frames();
    assert!(
        frames.iter().all(|frame| frame.stages().len() == 2),
        "{frames:?}"
    );
}

#[test]
fn a_bounded_number_of_events_is_kept_of_one_frame() {
    const COMMANDS: u64 = 5_000;
    let _alone = alone();
    #[gpu_pipeline]
    async fn fill(#[queue] queue: Queue, #[writes] data: DeviceBuffer<f32>) -> Result<()> {
        for _ in 0..COMMANDS {
            queue.fill(&mut data, 1.0)?;
        }
        queue.fill(&mut data, 2.0)?;
        Ok(())
    }
    let (queue, data) = (queue(), device_buffers(1, 1));
    let timeline = Timeline::new(2);
    block_on(fill(&queue, &data)).unwrap();
    let recording = timeline.recording();
    let frame = &recording.frames()[0];
    let kept = commands(frame).count() + frame.stages().len();
    assert_eq!(kept, 4_096);
    // All commands and both stages, but for those that are kept.
    assert_eq!(frame.left_out(), COMMANDS + 1 + 2 - 4_096);
    assert_eq!(frame.stages().len(), 1);
    assert!(frame.stages()[0].left().is_some());
}

#[test]
fn only_calls_made_while_the_timeline_exists_are_recorded() {
    let _alone = alone();
    let total = Resource::new(0);
    let before = count(&total);
    let timeline = Timeline::new(10);
    let (during, unfinished) = (count(&total), count(&total));
    block_on(before).unwrap();
    block_on(during).unwrap();
    let recording = timeline.recording();
    assert_eq!(recording.frames().len(), 2);
    drop(timeline);
    block_on(unfinished).unwrap();
    let timeline = Timeline::new(10);
    block_on(count(&total)).unwrap();
    assert_eq!(numbers(&timeline), [1]);
    // An earlier timeline does not record later calls.
    assert_eq!(recording.frames().len(), 2);
}

#[test]
fn calls_of_several_threads_are_in_order() {
    const EACH: u32 = 200;
    let _alone = alone();
    let timeline = Timeline::new(10_000);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let total = Resource::new(0);
                for _ in 0..EACH {
                    block_on(count(&total)).unwrap();
                }
            });
        }
    });
    let recording = timeline.recording();
    super::check_order(&recording);
    assert_eq!(recording.frames().len(), 4 * EACH as usize);
    assert!(
        recording
            .frames()
            .iter()
            .all(|frame| frame.ended().is_some())
    );
    let mut numbers = numbers(&timeline);
    numbers.sort_unstable();
    assert!(numbers.into_iter().eq(1..=u64::from(4 * EACH)));
}
