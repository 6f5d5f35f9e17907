//! The same frames three ways: synchronously, with one wait per frame, and as an overlapped pipeline.
//!
//! Start reading at `pipeline.rs`.

mod check;
mod device;
mod error;
mod modes;
mod options;
mod pipeline;
mod progress;
mod report;
mod source;
mod timeline;

use check::Check;
use clap::Parser;
use device::Device;
use error::Error;
use gpu_stages::{Backend, cpu};
use modes::{Bench, Mode};
use options::{DeviceChoice, Options, Plan};
use progress::Progress;
use report::{Modes, Outcome, Report};
use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Instant;

fn main() -> ExitCode {
    let options = Options::parse();
    match options.plan().and_then(|plan| on_device(&plan)) {
        Ok(report) => conclude(&report, options.json),
        Err(error) => {
            complain(&error);
            ExitCode::from(error.exit_code())
        }
    }
}

fn on_device(plan: &Plan) -> Result<Report, Error> {
    match &plan.device {
        DeviceChoice::Cpu => compare(&device::cpu(cpu::Device::new()), plan),
        #[cfg(feature = "opencl")]
        DeviceChoice::OpenCl(choice) => {
            let device =
                device::opencl(choice).map_err(|error| Error::Option(error.to_string()))?;
            compare(&device, plan)
        }
    }
}

/// Goes through the frames in all three ways.
fn compare<B: Backend>(device: &Device<B>, plan: &Plan) -> Result<Report, Error> {
    let frames = plan.input.frames();
    let mut progress = Progress::new(frames.saturating_mul(4));
    let expected = modes::on_the_host(&plan.input, &mut progress)?;
    let mut measure = |mode| measure(mode, device, plan, Check::new(&expected, &mut progress));
    Ok(Report {
        device: device.name.clone(),
        frames,
        size: plan.input.size(),
        modes: Modes {
            sync: measure(Mode::Sync)?,
            finish: measure(Mode::Finish)?,
            pipeline: measure(Mode::Pipeline)?,
        },
    })
}

/// Times one way. Each has buffers of its own, so that none finds them warmed up by another.
fn measure<B: Backend>(
    mode: Mode,
    device: &Device<B>,
    plan: &Plan,
    mut check: Check<'_>,
) -> Result<Outcome, Error> {
    let frames = plan.input.frames();
    let output = plan.timeline.as_ref().filter(|_| mode == Mode::Pipeline);
    // Before the queues, so that they time what is enqueued.
    let timeline = output.map(|output| (output, output.record()));
    let bench = Bench::new(device, &plan.input, plan.slots)?;
    let executor = tokio::runtime::Builder::new_current_thread().build();
    let executor = executor.map_err(Error::Executor)?;
    let start = Instant::now();
    executor.block_on(bench.run(mode, frames, plan.in_flight, &mut check))?;
    let elapsed = start.elapsed();
    if let Some((output, timeline)) = timeline {
        output.write(&timeline.recording())?;
    }
    Ok(Outcome::new(frames, elapsed, check.tally()))
}

fn conclude(report: &Report, json: bool) -> ExitCode {
    let printed = report.print(json);
    if let Err(error) = &printed {
        complain(&format_args!("cannot write to stdout: {error}"));
    }
    let complaints: Vec<String> = report.complaints().collect();
    complaints.iter().for_each(|complaint| complain(complaint));
    if printed.is_ok() && complaints.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// One line on stderr, if it is open.
fn complain(what: &dyn Display) {
    let _ = writeln!(io::stderr(), "error: {what}");
}
