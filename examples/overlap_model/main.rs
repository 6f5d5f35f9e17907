//! Overlap, in virtual time: the makespans of pipelines, compared with a bound that no schedule can beat.
//!
//! Each row runs a pipeline on a simulated device with a timing model. It compares the makespan with the bound of its
//! schedule at these depths, and with the ideal bound, for unlimited slots and frames in flight. The second table is
//! the talk's pipeline on cards, by their published figures: the time of a frame alone, and of each further one at the
//! fewest slots and frames in flight that reach the bound.

mod correlator;
mod filter;
mod markdown;
mod ping_pong;
mod readers;
mod scene;
mod table;
mod talk;

use clap::Parser;
use std::io::{self, Write};
use std::process::ExitCode;

/// Runs pipelines in virtual time, and compares their makespans with the ideal bound.
#[derive(Parser)]
struct Options {
    /// Frames of each run
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..))]
    frames: u32,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let frames = options.frames as usize;
    let tables = table::schedules(frames).and_then(|first| Ok((first, table::cards(frames)?)));
    match tables {
        Ok((schedules, cards)) => {
            // It is no error if stdout is closed early.
            let _ = writeln!(io::stdout(), "{schedules}\n{cards}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(io::stderr(), "overlap_model: {error}");
            ExitCode::from(2)
        }
    }
}
