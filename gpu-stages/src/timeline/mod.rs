//! When frames ran: host and device times of every call and stage, as data, as a picture and as a trace.
//!
//! A [`Timeline`] records the calls that are made while it exists, and keeps the latest of them. A [`Recording`] is a
//! copy of what it has kept. For each frame, which is a call of a pipeline, it has the time of the call and the
//! outcome. For each stage it has when the host came to it, what it waited for and when it ran. For each command it has
//! when it was enqueued, and when it began and ended on its device. A recording prints as an SVG picture, with a row
//! for the host and each queue and a colour for each frame, and as JSON for <https://ui.perfetto.dev> and
//! `chrome://tracing`.
//!
//! ```
//! use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Queue};
//! use gpu_stages::{Resource, Result, Timeline, gpu_pipeline};
//!
//! #[gpu_pipeline]
//! async fn round_trip(
//!     #[queue] up: Queue,
//!     #[queue] down: Queue,
//!     #[writes] host: HostBuffer<u32>,
//!     #[writes] device: DeviceBuffer<u32>,
//!     value: u32,
//! ) -> Result<u32> {
//!     host.fill(value);
//!     up.upload(&host, &mut device)?;
//!     down.download(&device, &mut host)?;
//!     Ok(host[0])
//! }
//!
//! # fn main() -> Result<()> {
//! // Before the queues: on some devices a queue times its commands only if there is a timeline when it is made.
//! let timeline = Timeline::new(50);
//! let device = Device::new();
//! let (up, down) = (Queue::new(&device)?, Queue::new(&device)?);
//! let host = Resource::try_ring(2, || HostBuffer::new(&device, 16))?;
//! let buffer = Resource::new(DeviceBuffer::new(&device, 16)?);
//!
//! let frames = (0..3).map(|value| round_trip(&up, &down, &host, &buffer, value));
//! futures::executor::block_on(futures::future::try_join_all(frames))?;
//!
//! let recording = timeline.recording();
//! // std::fs::write("frames.svg", recording.svg().to_string())?;
//! // std::fs::write("frames.json", recording.json().to_string())?;
//! assert_eq!(recording.frames().len(), 3);
//! let upload = &recording.frames()[0].stages()[1];
//! assert_eq!((upload.name(), upload.queue()), ("up.upload", Some("up")));
//! let command = &upload.commands()[0];
//! assert!(command.began() >= Some(command.enqueued()) && command.ended() >= command.began());
//! # Ok(())
//! # }
//! ```
//!
//! [`Simulation::timeline`](crate::cpu::Simulation::timeline) records in virtual time: exactly, and the same on every
//! machine. The example `timeline` draws the overlap of a pipeline that way.
//!
//! # How much is kept
//!
//! A timeline keeps as many frames as it was made for. These are the latest calls, whether or not they have ended: each
//! further call removes the oldest one. Of one frame it keeps 4,096 stages, waits and commands; [`Frame::left_out`]
//! counts the rest. So a program may leave a timeline in place and take a [`recording`](Timeline::recording) when
//! something looks wrong. There can be several timelines at a time, which are independent.
//!
//! # Clocks
//!
//! All times of a recording are on one clock and count from the timeline's zero. It is the host's monotonic clock,
//! which is read when the host comes to a stage, begins or ends a wait, or enqueues. The embedded device reads the same
//! clock right before and after each command.
//!
//! An OpenCL device has a clock of its own. It notes when a command was queued, when it started and when it ended
//! (OpenCL 1.2 specification, 5.12: profiling). The command was queued during the host's call that enqueued it, so that
//! every command gives bounds for the difference of the two clocks. The middle between the narrowest bounds is added to
//! all times of the device. [`Recording::clock_error`] is half the distance of the bounds: the greatest error of begins
//! and ends against the host, and against other devices. Among commands of one device they are as exact as the device
//! tells. If the clocks drift by more than the bounds, the error is that drift.
//!
//! # What is not known
//!
//! - An OpenCL queue times its commands only if there was a timeline when it was made. Of commands on other queues, it
//!   is only known when they were enqueued.
//! - Of an `ocl::Queue`, the host's side is known. With `CL_QUEUE_PROFILING_ENABLE` the end of each stage is known as
//!   well, by its marker. The library does not see what the application enqueued. The same holds for opaque stages.
//! - A command that failed on an OpenCL device has no times.
//! - Of the [manual interface](crate::guard) the waits and the commands are known. It is not known what the host does
//!   with a guard.
//!
//! # What recording costs
//!
//! Without a timeline, each of these places reads a flag. With one, each takes a lock and reads the clock. The commands
//! that are enqueued stay the same, with the same waits, markers and barriers. On OpenCL a queue that times its
//! commands may be slower, which depends on the driver. Each command then has an event, which is kept as long as its
//! frame, and a recording asks the driver four times for each.

mod clock;
mod json;
mod lanes;
mod listener;
mod recorder;
mod recording;
mod resolve;
mod svg;

use crate::observe::device_times::host_now;
pub use crate::observe::{Awaited, Outcome};
use crate::util::primitives::Arc;
pub(crate) use clock::Clock;
use clock::HostClock;
pub use json::Json;
use recorder::Recorder;
pub use recording::{Command, Frame, QueueTrack, Recording, StageRun, Wait};
use std::time::Duration;
pub use svg::Svg;

/// Records the calls that are made until it is dropped; see the [module](self).
///
/// ```
/// use gpu_stages::timeline::Outcome;
/// use gpu_stages::{Resource, Result, Timeline, gpu_pipeline};
///
/// #[gpu_pipeline]
/// async fn count(#[updates] total: u32) -> Result<u32> {
///     total += 1;
///     Ok(total)
/// }
///
/// # fn main() -> Result<()> {
/// let (timeline, total) = (Timeline::new(2), Resource::new(0));
/// for _ in 0..3 {
///     futures::executor::block_on(count(&total))?;
/// }
/// let recording = timeline.recording();
/// let numbers: Vec<u64> = recording.frames().iter().map(|frame| frame.number()).collect();
/// assert_eq!((recording.begun(), numbers), (3, vec![2, 3]));
/// assert_eq!(recording.frames()[1].outcome(), Outcome::Succeeded);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Timeline {
    recorder: Arc<Recorder>,
}

impl Timeline {
    /// Records all further calls of this process, and keeps the latest `frames` of them; 0 counts as 1. Its times count
    /// from this call.
    #[must_use = "it records until it is dropped"]
    pub fn new(frames: usize) -> Self {
        Self::from(Recorder::new(Box::new(HostClock), host_now(), frames))
    }

    /// A timeline on another clock, whose times count from the zero of that clock.
    pub(crate) fn on(clock: Box<dyn Clock>, frames: usize) -> Self {
        Self::from(Recorder::new(clock, Duration::ZERO, frames))
    }

    fn from(recorder: Recorder) -> Self {
        let recorder = Arc::new(recorder);
        listener::add(recorder.clone());
        Timeline { recorder }
    }

    /// A copy of what is kept, with what is known by now. Recording goes on.
    ///
    /// It asks drivers for times: it is meant for now and then, not for every frame.
    #[must_use]
    pub fn recording(&self) -> Recording {
        resolve::resolve(&self.recorder)
    }
}

impl Drop for Timeline {
    fn drop(&mut self) {
        listener::remove(&self.recorder);
    }
}
