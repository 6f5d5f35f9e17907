//! A recording in Chrome's trace event format.

mod text;

use super::lanes;
use super::recording::{Command, Frame, Recording, StageRun};
use crate::observe::Awaited;
use crate::sync::clock::QueueId;
use std::cell::Cell;
use std::fmt;
use std::time::Duration;
use text::{Micros, Text};

/// Prints a recording as JSON; see [`Recording::json`].
#[derive(Clone, Copy, Debug)]
pub struct Json<'a>(&'a Recording);

impl Recording {
    /// As JSON in Chrome's trace event format, which <https://ui.perfetto.dev> and `chrome://tracing` show. There is a
    /// track for each queue; on the host there are as many as frames are in flight at the same time. Arrows follow a
    /// frame from queue to queue.
    ///
    /// The format is that of the "Trace Event Format" document of the Chromium project; times are in microseconds.
    pub fn json(&self) -> Json<'_> {
        Json(self)
    }
}

/// The two groups of tracks, which are processes in the format.
const HOST: usize = 1;
const QUEUES: usize = 2;

impl fmt::Display for Json<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let recording = self.0;
        let lanes = host_lanes(recording);
        let mut trace = Trace {
            f,
            is_empty: Cell::new(true),
        };
        trace.f.write_str("{\"traceEvents\":[")?;
        trace.tracks(recording, &lanes)?;
        for (frame, lane) in recording.frames.iter().zip(&lanes) {
            trace.on_host(recording, frame, lane + 1)?;
            trace.on_queues(recording, frame)?;
        }
        let clock = if recording.is_virtual {
            "virtual"
        } else {
            "host"
        };
        write!(
            trace.f,
            "\n],\"displayTimeUnit\":\"ns\",\"otherData\":{{\"clock\":\"{clock}\",\"begun\":{}",
            recording.begun
        )?;
        if let Some(error) = recording.clock_error {
            write!(trace.f, ",\"clock_error_us\":{}", Micros(error))?;
        }
        trace.f.write_str("}}\n")
    }
}

/// A lane for each frame while it is in flight: in the format, slices of one track must be nested.
fn host_lanes(recording: &Recording) -> Vec<usize> {
    let spans = recording.frames.iter();
    let spans = spans.map(|frame| (frame.called, end_on_host(recording, frame)));
    lanes::assign(&spans.collect::<Vec<_>>())
}

fn end_on_host(recording: &Recording, frame: &Frame) -> Duration {
    frame.ended.unwrap_or(recording.taken)
}

/// One slice.
struct Slice<'a> {
    name: &'a str,
    category: &'static str,
    track: (usize, usize),
    from: Duration,
    to: Duration,
}

impl<'a> Slice<'a> {
    fn new(
        name: &'a str,
        category: &'static str,
        track: (usize, usize),
        (from, to): (Duration, Duration),
    ) -> Self {
        Slice {
            name,
            category,
            track,
            from,
            to,
        }
    }
}

struct Trace<'a, 'f> {
    f: &'a mut fmt::Formatter<'f>,
    is_empty: Cell<bool>,
}

impl Trace<'_, '_> {
    /// Begins an event, with a comma before all but the first.
    fn next(&mut self) -> fmt::Result {
        let separator = if self.is_empty.replace(false) {
            "\n"
        } else {
            ",\n"
        };
        self.f.write_str(separator)
    }

    /// Writes the names of the tracks, in their order.
    fn tracks(&mut self, recording: &Recording, lanes: &[usize]) -> fmt::Result {
        for (group, name) in [(HOST, "host"), (QUEUES, "queues")] {
            self.next()?;
            write!(
                self.f,
                "{{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":{group},\"args\":{{\"name\":\"{name}\"}}}}"
            )?;
            self.next()?;
            write!(
                self.f,
                "{{\"ph\":\"M\",\"name\":\"process_sort_index\",\"pid\":{group},\"args\":{{\"sort_index\":{group}}}}}"
            )?;
        }
        let count = lanes.iter().max().map_or(0, |last| last + 1);
        for lane in 1..=count {
            self.track((HOST, lane), &format!("frame in flight {lane}"))?;
        }
        for (index, queue) in recording.queues.iter().enumerate() {
            self.track((QUEUES, index + 1), &queue.name)?;
        }
        Ok(())
    }

    fn track(&mut self, (group, number): (usize, usize), name: &str) -> fmt::Result {
        self.next()?;
        write!(
            self.f,
            "{{\"ph\":\"M\",\"name\":\"thread_name\",\"pid\":{group},\"tid\":{number},\"args\":{{\"name\":{}}}}}",
            Text(name)
        )?;
        self.next()?;
        write!(
            self.f,
            "{{\"ph\":\"M\",\"name\":\"thread_sort_index\",\"pid\":{group},\"tid\":{number},\"args\":{{\"sort_index\":{number}}}}}"
        )
    }

    /// Writes a slice. `arguments` come after those that all slices of a frame have.
    fn slice(&mut self, slice: &Slice<'_>, frame: &Frame, arguments: &str) -> fmt::Result {
        self.next()?;
        write!(
            self.f,
            "{{\"ph\":\"X\",\"name\":{},\"cat\":\"{}\",\"pid\":{},\"tid\":{},\"ts\":{},\"dur\":{},\
             \"args\":{{\"pipeline\":{},\"frame\":{}{arguments}}}}}",
            Text(slice.name),
            slice.category,
            slice.track.0,
            slice.track.1,
            Micros(slice.from),
            Micros(slice.to.saturating_sub(slice.from)),
            Text(frame.pipeline),
            frame.number,
        )
    }

    /// Writes the frame, its stages in it, and the waits in these.
    fn on_host(&mut self, recording: &Recording, frame: &Frame, lane: usize) -> fmt::Result {
        let (track, end) = ((HOST, lane), end_on_host(recording, frame));
        let name = format!("{} {}", frame.pipeline, frame.number);
        let outcome = format!(
            ",\"outcome\":\"{}\",\"left_out\":{}",
            frame.outcome, frame.left_out
        );
        let slice = Slice::new(&name, "frame", track, (frame.called, end));
        self.slice(&slice, frame, &outcome)?;
        for stage in &frame.stages {
            self.stage(
                frame,
                stage,
                track,
                (stage.entered, stage.left.unwrap_or(end)),
            )?;
        }
        if let Some(returned) = frame.returned.filter(|returned| *returned < end) {
            let name = "waits for the end of its commands";
            self.slice(&Slice::new(name, "wait", track, (returned, end)), frame, "")?;
        }
        Ok(())
    }

    fn stage(
        &mut self,
        frame: &Frame,
        stage: &StageRun,
        track: (usize, usize),
        span: (Duration, Duration),
    ) -> fmt::Result {
        let number = format!(",\"stage\":{}", stage.index);
        self.slice(
            &Slice::new(stage.name, "stage", track, span),
            frame,
            &number,
        )?;
        for wait in &stage.waits {
            let name = match wait.awaited {
                Awaited::Turn => format!("waits for its turn with {}", wait.resource),
                Awaited::Device => format!("waits for a device, with {}", wait.resource),
            };
            let resource = format!("{number},\"resource\":{}", Text(&wait.resource));
            let waited = (wait.began, wait.ended.unwrap_or(span.1));
            self.slice(&Slice::new(&name, "wait", track, waited), frame, &resource)?;
        }
        Ok(())
    }

    /// Writes the frame's commands, and the arrows between them.
    fn on_queues(&mut self, recording: &Recording, frame: &Frame) -> fmt::Result {
        let stages = frame.stages.iter();
        let all = stages.flat_map(|stage| stage.commands.iter().map(move |it| (stage, it)));
        let mut all: Vec<(&StageRun, &Command)> = all.collect();
        all.sort_by_key(|(_, command)| command.began);
        let mut hops: Vec<((usize, usize), Duration)> = Vec::new();
        for (stage, command) in all {
            let track = track(recording, command.queue);
            self.command(recording, (frame, stage, command), track)?;
            if let (Some(began), true) = (command.began, command.works()) {
                if hops.last().is_none_or(|(last, _)| *last != track) {
                    hops.push((track, began));
                }
            }
        }
        let last = hops.len().saturating_sub(1);
        for (index, ((group, number), at)) in hops.into_iter().enumerate().filter(|_| last > 0) {
            let phase = match index {
                0 => "\"s\"",
                index if index == last => "\"f\",\"bp\":\"e\"",
                _ => "\"t\"",
            };
            self.next()?;
            write!(
                self.f,
                "{{\"ph\":{phase},\"name\":\"frame\",\"cat\":\"frame\",\"id\":{},\"pid\":{group},\"tid\":{number},\"ts\":{}}}",
                frame.number,
                Micros(at)
            )?;
        }
        Ok(())
    }

    /// Writes a command. If its device has not told when it began, it is a moment: when it was enqueued.
    fn command(
        &mut self,
        recording: &Recording,
        (frame, stage, command): (&Frame, &StageRun, &Command),
        track: (usize, usize),
    ) -> fmt::Result {
        let from = command.began.unwrap_or(command.enqueued);
        let running = if command.began.is_some() {
            recording.taken
        } else {
            from
        };
        let category = if command.works() { "command" } else { "order" };
        let span = (from, command.ended.unwrap_or(running));
        let slice = Slice::new(stage.name, category, track, span);
        let kernel = command.kernel.as_ref();
        let kernel = kernel.map(|name| format!(",\"kernel\":{}", Text(name)));
        let arguments = format!(
            ",\"stage\":{},\"command\":\"{}\"{},\"enqueued_us\":{},\"failed\":{},\"timed\":{}",
            stage.index,
            command.name,
            kernel.unwrap_or_default(),
            Micros(command.enqueued),
            command.failed,
            command.began.is_some(),
        );
        self.slice(&slice, frame, &arguments)
    }
}

/// The track of a queue.
fn track(recording: &Recording, queue: QueueId) -> (usize, usize) {
    let index = recording.queues.iter().position(|track| track.id == queue);
    (QUEUES, index.unwrap_or(0) + 1)
}
