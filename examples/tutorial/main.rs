//! From a loop to a correlator, step by step: `docs/tutorial.md` goes with it.
//!
//! `cargo run --release --example tutorial -- 3` runs step 3, and with `--timeline FILE` draws its first frames. All steps
//! send the same dumps. Time is virtual, so that figures and pictures are the same on every machine.

mod engines;
mod network;
mod stalled;
mod step_1_loop;
mod step_2_pipeline;
mod step_3_in_flight;
mod step_4_queues;
mod step_5_rings;
mod step_6_accumulate;
mod step_6_sums;
mod step_7_versions;
mod step_8_chunk;
mod step_8_correlator;
mod step_8_door;
mod steps;
mod world;

use clap::Parser;
use clap::builder::PossibleValuesParser;
use engines::plain_loop;
use gpu_stages::Result;
use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use world::World;

/// Runs a step of the tutorial, and checks what it sends.
#[derive(Parser)]
struct Options {
    /// The step; `stalled` makes a mistake and asks why nothing proceeds
    #[arg(value_parser = PossibleValuesParser::new(["1", "2", "3", "4", "5", "6", "7", "8", "stalled"]))]
    step: String,

    /// Draws the step's first frames into this SVG file
    #[arg(long, value_name = "FILE")]
    timeline: Option<PathBuf>,
}

/// Frames that are timed.
const FRAMES: usize = 400;
/// All pictures have one scale.
const SCALE: Duration = Duration::from_millis(64);

/// Runs a step; returns the text to print, and whether the dumps are right.
fn run(step: usize) -> Result<(String, bool)> {
    let world = World::new();
    let frames = world
        .simulation
        .block_on(steps::run(step, &world, FRAMES))?;
    world.device.assert_no_hazards();
    let (count, time) = (frames.len(), world.simulation.now());
    let rate = count as f64 / time.as_secs_f64();
    let mut said = format!(
        "step {}\n{count} of {FRAMES} frames in {time:?}: {rate:.0} per second\n",
        steps::TITLES[step - 1]
    );
    if let Some(plan) = steps::plan(step) {
        let bound = plan.frame.bound(&plan.depths);
        let bound = bound.expect("no call waits for itself");
        let least = bound.makespan(FRAMES / plan.frames).as_secs_f64();
        let percent = 100.0 * least / time.as_secs_f64();
        said += &format!("{percent:.0} % of what is possible: {bound}\n");
        if plan.frames > 1 {
            said += "(that frame is a dump of four)\n";
        }
    }
    let is_right = world.dumps() == plain_loop(frames);
    let are = if is_right { "are" } else { "are NOT" };
    said += &format!("its dumps {are} those of a plain loop\n");
    Ok((said, is_right))
}

/// Draws a step's first frames.
fn draw(step: usize, path: &Path) -> Result<(), Box<dyn Error>> {
    let world = World::new();
    // More calls than are made.
    let timeline = world.simulation.timeline(100);
    let frames = steps::run(step, &world, steps::drawn(step));
    world.simulation.block_on(frames)?;
    let recording = timeline.recording();
    let title = format!("Step {}", steps::TITLES[step - 1]);
    let svg = recording.svg().titled(&title).lasting(SCALE).to_string();
    fs::write(path, svg).map_err(|error| format!("cannot write {path:?}: {error}"))?;
    Ok(())
}

fn follow(options: &Options) -> Result<ExitCode, Box<dyn Error>> {
    let Ok(step) = options.step.parse() else {
        let _ = writeln!(io::stdout(), "{}", stalled::report(&World::new())?);
        return Ok(ExitCode::SUCCESS);
    };
    let (said, is_right) = run(step)?;
    // It is no error if stdout is closed.
    let _ = write!(io::stdout(), "{said}");
    if let Some(path) = &options.timeline {
        draw(step, path)?;
    }
    Ok(ExitCode::from(u8::from(!is_right)))
}

fn main() -> ExitCode {
    follow(&Options::parse()).unwrap_or_else(|error| {
        let _ = writeln!(io::stderr(), "tutorial: {error}");
        ExitCode::from(2)
    })
}
