//! What the bookkeeping costs, without a device: acquiring, waiting, handing on, and whole frames of it, beside the
//! primitives that one would use instead.
//!
//! - `cargo bench -p gpu-stages-tests --bench bookkeeping -- [--quick] [--json] [--only TEXT]`: nanoseconds.
//! - `… -- --instructions [--check] [--against FILE]`: instructions, counted by callgrind; see `instructions.rs`.

mod contended;
mod frame;
mod instructions;
mod now;
mod scaling;
mod summary;
mod sweeps;
mod uncontended;

use clap::Parser;
use gpu_stages_tests::bench::{self, Case, Report, interleave};
use gpu_stages_tests::heap::Counting;
use std::path::PathBuf;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What the bookkeeping costs: in nanoseconds, or in instructions.
#[derive(Parser)]
struct Options {
    /// Only what has TEXT in its name
    #[arg(long, value_name = "TEXT", default_value = "")]
    only: String,

    /// Count instructions, by valgrind's callgrind
    #[arg(long)]
    instructions: bool,

    /// Fail when a count is over its limit
    #[arg(long, requires = "instructions")]
    check: bool,

    /// Write new limits: what is counted now and 3 % more
    #[arg(long, requires = "instructions", conflicts_with_all = ["check", "only"])]
    update: bool,

    /// Compare with what `--instructions --json` printed before
    #[arg(long, value_name = "FILE", requires = "instructions")]
    against: Option<PathBuf>,

    /// Do one thing so often, for callgrind or a profiler to watch
    #[arg(long, value_names = ["NAME", "TIMES"], num_args = 2)]
    run: Option<Vec<String>>,

    #[command(flatten)]
    common: bench::Options,
}

/// What is measured together.
type Group = fn() -> Vec<Case>;

const GROUPS: [Group; 4] = [
    uncontended::cases,
    frame::cases,
    contended::cases,
    scaling::cases,
];

fn main() -> ExitCode {
    let options = Options::parse();
    if let Some(run) = &options.run {
        return run_one(&run[0], &run[1]);
    }
    if options.instructions {
        return instructions::main(&options);
    }
    let mut report = Report::default();
    let mut measured = Vec::new();
    for group in GROUPS {
        let mut cases = group();
        cases.retain(|case| case.name.contains(&options.only));
        interleave(&mut cases, options.common.rounds(200));
        measured.extend(cases);
    }
    summary::times(&mut report, &measured);
    report.print(options.common.json);
    ExitCode::SUCCESS
}

/// Does the one thing of this name.
fn run_one(name: &str, times: &str) -> ExitCode {
    let named = GROUPS.iter().flat_map(|group| group());
    let case = named.into_iter().find(|case| case.name == name);
    match (case, times.parse()) {
        (Some(mut case), Ok(times)) => {
            case.run(times);
            ExitCode::SUCCESS
        }
        (None, _) => usage(&format!("nothing is called `{name}`")),
        (_, Err(error)) => usage(&format!("`{times}` is not a number: {error}")),
    }
}

fn usage(message: &str) -> ExitCode {
    eprintln!("{message}");
    ExitCode::from(2)
}
