//! Draws the frames of the talk's pipeline on a device in virtual time: one frame at a time, and overlapped with one, two
//! and three slots of each buffer. The pictures are the same on every machine.

use clap::Parser;
use gpu_stages::cpu::timing::{Cost, Timing};
use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Kernel, Queue, Simulation};
use gpu_stages::timeline::Recording;
use gpu_stages::{JobQueue, Resource, Result, gpu_pipeline};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

/// Draws the frames of a pipeline, overlapped and not, into four SVG files.
#[derive(Parser)]
struct Options {
    /// The folder for the pictures
    #[arg(default_value = ".", value_name = "FOLDER")]
    folder: PathBuf,

    /// Number of frames
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    frames: u16,
}

/// A way to process the frames.
struct Way {
    file: &'static str,
    title: &'static str,
    slots: usize,
    in_flight: usize,
}

const WAYS: [Way; 4] = [
    Way {
        file: "timeline-synchronous.svg",
        title: "process_one, one frame at a time",
        slots: 1,
        in_flight: 1,
    },
    Way {
        file: "timeline-1-slot.svg",
        title: "process_one, one slot of each buffer",
        slots: 1,
        in_flight: 4,
    },
    Way {
        file: "timeline-2-slots.svg",
        title: "process_one, two slots of each buffer",
        slots: 2,
        in_flight: 4,
    },
    Way {
        file: "timeline-3-slots.svg",
        title: "process_one, three slots of each buffer",
        slots: 3,
        in_flight: 4,
    },
];

const fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// Scales one frame by three on the device; returns its sum of squares. The host's work takes virtual time.
#[gpu_pipeline]
async fn process_one(
    #[queue] up: Queue,
    #[queue] compute: Queue,
    #[queue] down: Queue,
    #[writes] h_in: HostBuffer<f32>,
    #[writes] d_in: DeviceBuffer<f32>,
    #[writes] d_out: DeviceBuffer<f32>,
    #[writes] h_out: HostBuffer<f32>,
    triple: Kernel,
    simulation: Simulation,
    value: f32,
) -> Result<f32> {
    #[stage(name = "fill")]
    {
        simulation.host_work(ms(2)).await;
        h_in.fill(value);
    }
    #[stage(name = "upload")]
    up.upload(&h_in, &mut d_in)?;
    #[stage(name = "triple")]
    compute.launch(&triple, d_in.len(), (&d_in, &mut d_out))?;
    #[stage(name = "download")]
    down.download(&d_out, &mut h_out)?;
    #[stage(name = "sum")]
    let sum = {
        simulation.host_work(ms(2)).await;
        h_out.iter().map(|x| x * x).sum()
    };
    Ok(sum)
}

/// Uploads take 3 ms, the kernel 4 ms, downloads 2 ms.
fn timing() -> Timing {
    Timing::new()
        .uploads(Cost::fixed(ms(3)))
        .kernel("triple", Cost::fixed(ms(4)))
        .downloads(Cost::fixed(ms(2)))
}

/// Records `frames` frames.
fn record(way: &Way, frames: u16) -> Result<Recording> {
    const SAMPLES: usize = 16;
    let simulation = Simulation::timed(timing());
    let device = Device::builder().simulated(&simulation).build();
    let host = || Resource::try_ring(way.slots, || HostBuffer::new(&device, SAMPLES));
    let on_device = || Resource::try_ring(way.slots, || DeviceBuffer::new(&device, SAMPLES));
    let (h_in, d_in, d_out, h_out) = (host()?, on_device()?, on_device()?, host()?);
    let (up, compute, down) = (
        Queue::new(&device)?,
        Queue::new(&device)?,
        Queue::new(&device)?,
    );
    let triple = Kernel::new("triple", |input: &[f32], output: &mut [f32]| {
        input.iter().zip(output).for_each(|(x, y)| *y = 3.0 * x);
    });

    let timeline = simulation.timeline(frames.into());
    simulation.block_on(async {
        let mut jobs = JobQueue::new(way.in_flight);
        for value in 0..frames {
            // The next frame acquires only when there is room for it.
            jobs.finish(way.in_flight - 1).await?;
            let (triple, simulation) = (triple.clone(), simulation.clone());
            let frame = process_one(
                &up,
                &compute,
                &down,
                &h_in,
                &d_in,
                &d_out,
                &h_out,
                triple,
                simulation,
                value.into(),
            );
            jobs.push(frame).await?;
        }
        jobs.finish(0).await
    })?;
    Ok(timeline.recording())
}

fn draw(options: &Options) -> Result<(), Box<dyn std::error::Error>> {
    let record = |way| Ok((way, record(way, options.frames)?));
    let recordings = WAYS
        .iter()
        .map(record)
        .collect::<Result<Vec<(&Way, Recording)>>>()?;
    // Those that overlap have one scale.
    let overlapped = recordings.iter().filter(|(way, _)| way.in_flight > 1);
    let longest = overlapped.map(|(_, recording)| recording.duration()).max();
    for (way, recording) in &recordings {
        let svg = recording
            .svg()
            .titled(way.title)
            .lasting(longest.unwrap_or_default());
        let path = options.folder.join(way.file);
        write(&path, &svg.to_string())?;
        // It is no error if stdout is closed.
        let _ = writeln!(
            io::stdout(),
            "{}: {} frames in {} ms",
            path.display(),
            options.frames,
            recording.duration().as_millis()
        );
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("cannot write {path:?}: {error}"))
}

fn main() -> ExitCode {
    match draw(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "timeline: {error}");
            ExitCode::from(2)
        }
    }
}
