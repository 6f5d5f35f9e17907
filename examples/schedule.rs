//! Prints what the pipeline of the example `process_one` says about itself: its schedule as a table, in Mermaid and in
//! DOT. `--svg FILE` draws it as well, with Graphviz.

#[allow(dead_code, reason = "the pipeline is looked at, not run")]
#[path = "process_one/error.rs"]
mod error;
#[allow(dead_code, reason = "the pipeline is looked at, not run")]
#[path = "process_one/pipeline.rs"]
mod pipeline;
#[allow(dead_code, reason = "the pipeline is looked at, not run")]
#[path = "process_one/source.rs"]
mod source;

use clap::Parser;
use gpu_stages::Schedule;
use pipeline::process_one;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

const SCHEDULE: Schedule = process_one::SCHEDULE;

/// Prints the schedule of `process_one`: text, Mermaid, DOT.
#[derive(Parser)]
struct Options {
    /// Draws the schedule into this file, with Graphviz's `dot`
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let result = match &options.svg {
        Some(path) => print().and_then(|()| draw(path)),
        None => print(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            // If this fails, stderr is closed and there is nowhere to report it.
            let _ = writeln!(io::stderr(), "schedule: {message}");
            ExitCode::from(2)
        }
    }
}

fn print() -> Result<(), String> {
    let (mermaid, dot) = (SCHEDULE.mermaid(), SCHEDULE.dot());
    match writeln!(io::stdout(), "{SCHEDULE}\n{mermaid}\n{dot}") {
        // It is no error if stdout is closed early.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(format!("cannot print: {error}"))
        }
        _ => Ok(()),
    }
}

/// Draws the schedule into the file `path`.
fn draw(path: &Path) -> Result<(), String> {
    let dot = Command::new("dot")
        .args(["-Tsvg", "-o"])
        .arg(path)
        .stdin(Stdio::piped())
        .spawn();
    let mut dot = dot.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            "`--svg` needs Graphviz's `dot`: install the package `graphviz`".to_owned()
        }
        _ => format!("cannot run `dot`: {error}"),
    })?;
    if let Some(mut input) = dot.stdin.take() {
        let written = write!(input, "{}", SCHEDULE.dot());
        written.map_err(|error| format!("cannot pass the graph to `dot`: {error}"))?;
    }
    let status = dot
        .wait()
        .map_err(|error| format!("cannot wait for `dot`: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("`dot` could not draw {}: {status}", path.display()))
    }
}
