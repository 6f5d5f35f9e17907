//! Outcomes of frames: dropped, failed, panicked.

use super::{command, waits};
use crate::alone;
use futures::executor::block_on;
use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Kernel, Queue};
use gpu_stages::timeline::{Awaited, Frame, Outcome, Recording};
use gpu_stages::{Resource, Timeline, gpu_pipeline};
use gpu_stages_tests::{Gate, device_buffers, failing, host_buffers, poll_once, queue, set};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// How the last stage ends.
#[derive(Clone, Copy)]
enum End {
    Well,
    Error,
    Panic,
}

#[gpu_pipeline]
async fn fetch(
    #[queue] queue: Queue,
    #[writes] data: DeviceBuffer<f32>,
    #[writes] out: HostBuffer<f32>,
    kernel: Kernel,
    end: End,
) -> io::Result<f32> {
    queue.launch(&kernel, 1, (&mut data,))?;
    queue.download(&data, &mut out)?;
    #[stage(name = "look")]
    match end {
        End::Well => Ok(out[0]),
        End::Error => Err(io::Error::other("on purpose")),
        End::Panic => panic!("on purpose"),
    }
}

struct Scene {
    queue: Queue,
    data: Resource<DeviceBuffer<f32>>,
    out: Resource<HostBuffer<f32>>,
    timeline: Timeline,
}

impl Scene {
    fn new() -> Self {
        Scene {
            queue: queue(),
            data: device_buffers(1, 1),
            out: host_buffers(1, 1),
            timeline: Timeline::new(10),
        }
    }

    fn frame(
        &self,
        kernel: Kernel,
        end: End,
    ) -> impl Future<Output = io::Result<f32>> + Unpin + use<> {
        Box::pin(fetch(&self.queue, &self.data, &self.out, kernel, end))
    }

    fn recording(&self) -> Recording {
        self.timeline.recording()
    }

    fn only(&self) -> Frame {
        let recording = self.recording();
        assert_eq!(recording.frames().len(), 1);
        recording.frames()[0].clone()
    }
}

#[test]
fn an_error_of_the_body() {
    let _alone = alone();
    let scene = Scene::new();
    block_on(scene.frame(set(1.0), End::Error)).unwrap_err();
    let frame = scene.only();
    assert_eq!(frame.outcome(), Outcome::Failed);
    assert!(frame.outcome().is_bad() && frame.ended().is_some());
    assert_eq!(frame.stages().len(), 3);
    assert!(frame.stages().iter().all(|stage| stage.left().is_some()));
    assert!(!command(&frame.stages()[0]).failed());
}

#[test]
fn a_command_that_fails_and_those_that_need_it() {
    let _alone = alone();
    let scene = Scene::new();
    block_on(scene.frame(failing(), End::Well)).unwrap_err();
    let frame = scene.only();
    assert_eq!(frame.outcome(), Outcome::Failed);
    assert!(command(&frame.stages()[0]).failed() && command(&frame.stages()[1]).failed());
    // The third stage never ran.
    assert_eq!(
        frame.stages()[2].began(),
        frame.stages()[2].waits().last().and_then(|it| it.ended())
    );
    let next = scene.frame(set(2.0), End::Well);
    assert_eq!(block_on(next).unwrap(), 2.0);
    assert_eq!(scene.recording().frames()[1].outcome(), Outcome::Succeeded);
}

#[test]
fn a_panic() {
    let _alone = alone();
    let scene = Scene::new();
    let mut frame = scene.frame(set(1.0), End::Panic);
    let caught = catch_unwind(AssertUnwindSafe(|| block_on(&mut frame)));
    assert!(caught.is_err());
    drop(frame);
    let frame = scene.only();
    assert_eq!(frame.outcome(), Outcome::Panicked);
    assert!(frame.returned().is_some() && frame.stages()[2].left().is_some());
}

#[test]
fn a_call_that_is_dropped_before_it_is_polled() {
    let _alone = alone();
    let scene = Scene::new();
    drop(scene.frame(set(1.0), End::Well));
    let frame = scene.only();
    assert_eq!(frame.outcome(), Outcome::Dropped);
    assert!(frame.stages().is_empty() && frame.ended() >= Some(frame.called()));
}

#[test]
fn a_call_that_is_dropped_while_it_waits() {
    let _alone = alone();
    let (scene, gate) = (Scene::new(), Gate::default());
    let mut first = scene.frame(gate.kernel(1.0), End::Well);
    let mut second = scene.frame(set(2.0), End::Well);
    for frame in [&mut first, &mut second] {
        assert!(poll_once(frame).is_pending());
    }
    drop((first, second));
    let recording = scene.recording();
    let given_up = |frame: &Frame, name: &str, awaited: Awaited| {
        assert_eq!(frame.outcome(), Outcome::Dropped);
        let last = frame.stages().last().unwrap();
        assert_eq!((last.name(), last.began()), (name, None));
        assert_eq!(last.left(), frame.ended());
        let waits = waits(last);
        assert!(
            matches!(waits[..], [("out", it, _, None)] if it == awaited),
            "{waits:?}"
        );
    };
    given_up(&recording.frames()[0], "look", Awaited::Device);
    given_up(&recording.frames()[1], "queue.download", Awaited::Turn);
    // What was enqueued goes on.
    gate.open();
    scene.queue.finish();
    let recording = scene.recording();
    let launch = command(&recording.frames()[0].stages()[0]);
    assert!(launch.ended() >= recording.frames()[0].ended() && !launch.failed());
}

#[test]
fn a_future_that_is_forgotten_stays_in_flight() {
    let _alone = alone();
    let (scene, gate) = (Scene::new(), Gate::default());
    let mut first = scene.frame(gate.kernel(1.0), End::Well);
    assert!(poll_once(&mut first).is_pending());
    std::mem::forget(first);
    gate.open();
    scene.queue.finish();
    let frame = scene.only();
    assert_eq!((frame.outcome(), frame.ended()), (Outcome::InFlight, None));
    assert!(command(&frame.stages()[1]).ended().is_some());
}

#[test]
fn a_pipeline_within_a_stage_is_a_frame_of_its_own() {
    let _alone = alone();
    #[gpu_pipeline]
    async fn inner(#[updates] total: u32) -> gpu_stages::Result<u32> {
        total += 1;
        Ok(total)
    }
    #[gpu_pipeline]
    async fn outer(#[updates] count: u32, total: Resource<u32>) -> gpu_stages::Result<()> {
        {
            count += inner(&total).await?;
        }
        Ok(())
    }
    let timeline = Timeline::new(10);
    block_on(outer(&Resource::new(0), Resource::new(0))).unwrap();
    let recording = timeline.recording();
    let names: Vec<_> = recording
        .frames()
        .iter()
        .map(|frame| frame.pipeline())
        .collect();
    assert_eq!(names, ["outer", "inner"]);
    let (outer, inner) = (&recording.frames()[0], &recording.frames()[1]);
    assert!(outer.stages()[0].began() <= Some(inner.called()));
    assert!(inner.ended() <= outer.stages()[0].left());
    assert!(
        recording
            .frames()
            .iter()
            .all(|frame| frame.outcome() == Outcome::Succeeded)
    );
}
