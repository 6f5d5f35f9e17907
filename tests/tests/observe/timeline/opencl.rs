//! On OpenCL: orders and counts, by the devices' own clocks.

use super::{check_order, command, commands, real_time};
use crate::alone;
use futures::executor::block_on;
use gpu_stages::opencl::{Device, HostBuffer, HostView, OpenCl};
use gpu_stages::timeline::{Outcome, Recording};
use gpu_stages::{Error, Resource, Timeline, gpu_pipeline};
use gpu_stages_tests::talk::Talk;
use std::time::Duration;

#[test]
fn all_frames_are_there_in_order() {
    let _alone = alone();
    for (queues, slots) in [(1, 1), (1, 2), (3, 1), (3, 2), (3, 3)] {
        real_time::check_talk::<OpenCl>(queues, slots, 30);
    }
}

#[test]
fn the_clocks_are_close() {
    let _alone = alone();
    let timeline = Timeline::new(100);
    let talk = Talk::<OpenCl>::new(3, 1, 64);
    for seed in 0..20 {
        block_on(talk.frame(seed)).unwrap();
    }
    let recording = timeline.recording();
    // No more than it took the host to enqueue a command, which is less than its frame took.
    let shortest = recording
        .frames()
        .iter()
        .map(|it| it.ended().unwrap() - it.called());
    assert!(recording.clock_error().unwrap() < shortest.min().unwrap());
    // The same frames say the same again.
    let again = timeline.recording();
    let times = |recording: &Recording| -> Vec<_> {
        let all = recording.frames().iter().flat_map(commands);
        all.map(|it| (it.began(), it.ended())).collect()
    };
    assert_eq!(times(&recording), times(&again));
}

#[test]
fn a_queue_that_was_there_before_has_no_times() {
    let _alone = alone();
    let talk = Talk::<OpenCl>::new(3, 1, 64);
    let timeline = Timeline::new(10);
    block_on(talk.frame(1)).unwrap();
    let recording = timeline.recording();
    check_order(&recording);
    let [frame] = recording.frames() else {
        panic!("{recording:?}")
    };
    assert_eq!(frame.outcome(), Outcome::Succeeded);
    assert_eq!(commands(frame).count(), 3);
    for command in commands(frame) {
        assert_eq!(
            (command.began(), command.ended(), command.failed()),
            (None, None, false)
        );
        assert!(command.enqueued() > Duration::ZERO);
    }
    assert_eq!(recording.clock_error(), None);
    // The picture has the host's rows all the same.
    let svg = recording.svg().to_string();
    let document = roxmltree::Document::parse(&svg).unwrap();
    let boxes = document.descendants();
    let boxes = boxes.filter(|node| node.attribute("class") == Some("work"));
    assert_eq!(boxes.count(), 2);
}

#[test]
fn a_recording_outlives_queues_and_buffers() {
    let _alone = alone();
    let timeline = Timeline::new(10);
    let talk = Talk::<OpenCl>::new(1, 1, 64);
    block_on(talk.frame(1)).unwrap();
    drop(talk);
    let recording = timeline.recording();
    assert!(
        commands(&recording.frames()[0]).all(|it| it.began().is_some() && it.ended() >= it.began())
    );
}

type Foreign<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn set(queue: &ocl::Queue, target: &mut ocl::Buffer<f32>, value: f32) -> Foreign<()> {
    Ok(target.cmd().queue(queue).fill(value, None).enq()?)
}

fn read(queue: &ocl::Queue, source: &ocl::Buffer<f32>, target: &mut HostView<f32>) -> Foreign<()> {
    // SAFETY: only the command below uses it, in this stage.
    let target = unsafe { target.as_mut_slice()? };
    // SAFETY: nothing but this command uses the two until it is done.
    unsafe { source.cmd().queue(queue).read(target).block(false).enq()? };
    Ok(())
}

#[gpu_pipeline]
async fn foreign(
    #[queue] queue: ocl::Queue,
    #[writes] data: ocl::Buffer<f32>,
    #[writes] out: HostBuffer<f32>,
    value: f32,
) -> Foreign<f32> {
    set(&queue, &mut data, value)?;
    read(&queue, &data, &mut out)?;
    Ok(out[0])
}

fn record_foreign(properties: Option<ocl::flags::CommandQueueProperties>) -> Recording {
    let context = gpu_stages_tests::opencl::ocl_context();
    let device = context.devices()[0];
    let queue = ocl::Queue::new(&context, device, properties).unwrap();
    let buffer = ocl::Buffer::<f32>::builder()
        .queue(queue.clone())
        .len(64)
        .build()
        .unwrap();
    let of_queue: Result<Device, Error> = Device::of_queue(&queue);
    let out = Resource::new(HostBuffer::new(&of_queue.unwrap(), 64).unwrap());
    let timeline = Timeline::new(10);
    let frame = foreign(&queue, &Resource::new(buffer), &out, 3.0);
    assert_eq!(block_on(frame).unwrap(), 3.0);
    let recording = timeline.recording();
    check_order(&recording);
    recording
}

#[test]
fn of_a_foreign_queue_the_markers_are_known() {
    let _alone = alone();
    let profiling = ocl::flags::CommandQueueProperties::PROFILING_ENABLE;
    for (properties, is_timed) in [(None, false), (Some(profiling), true)] {
        let recording = record_foreign(properties);
        let frame = &recording.frames()[0];
        assert_eq!(recording.queues()[0].name(), "queue");
        assert!(frame.stages().iter().all(|stage| stage.left().is_some()));
        let read = command(&frame.stages()[1]);
        assert_eq!((read.name(), read.works()), ("marker", false));
        assert_eq!(
            (read.began().is_some(), read.ended().is_some()),
            (is_timed, is_timed)
        );
        if is_timed {
            let error = recording.clock_error().unwrap();
            assert!(read.ended().unwrap() <= frame.ended().unwrap() + error);
        }
        let svg = recording.svg().to_string();
        assert_eq!(svg.contains("class=\"tick\""), is_timed);
    }
}
