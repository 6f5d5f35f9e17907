//! What the program says at the end.

use crate::check::Tally;
use serde::Serialize;
use std::fmt;
use std::io::{self, Write};
use std::time::Duration;

/// All results. Its JSON form is what `--json` prints.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The device's name.
    pub device: String,
    /// Number of frames.
    pub frames: u64,
    /// Samples in a frame.
    pub size: usize,
    /// The three ways.
    pub modes: Modes<Outcome>,
}

/// One of something for each way.
#[derive(Debug, Serialize)]
pub struct Modes<T> {
    /// After each command, wait.
    pub sync: T,
    /// After each frame, wait.
    pub finish: T,
    /// Several frames in flight.
    pub pipeline: T,
}

/// How one way did.
#[derive(Debug, Serialize)]
pub struct Outcome {
    frames_correct: u64,
    frames_per_s: f64,
    #[serde(skip)]
    first_wrong: Option<usize>,
}

impl Outcome {
    /// `frames` frames in `elapsed`, with these results.
    pub fn new(frames: u64, elapsed: Duration, tally: Tally) -> Self {
        let seconds = elapsed.max(Duration::from_nanos(1)).as_secs_f64();
        Outcome {
            frames_correct: tally.correct,
            frames_per_s: frames as f64 / seconds,
            first_wrong: tally.first_wrong,
        }
    }
}

impl Report {
    /// Prints the report on stdout, as one JSON object or as a table. It is no error if stdout is closed.
    pub fn print(&self, json: bool) -> io::Result<()> {
        let mut out = io::stdout().lock();
        let written = if json {
            serde_json::to_string(self)
                .map_err(io::Error::from)
                .and_then(|line| writeln!(out, "{line}"))
        } else {
            write!(out, "{self}")
        };
        match written.and_then(|()| out.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }

    /// One line for each way that computed something wrong.
    pub fn complaints(&self) -> impl Iterator<Item = String> {
        self.ways().into_iter().filter_map(|(name, outcome)| {
            let frame = outcome.first_wrong?;
            let wrong = self.frames - outcome.frames_correct;
            Some(format!(
                "{name}: {wrong} of {} frames are wrong, the first is frame {frame}, counted from 0",
                self.frames
            ))
        })
    }

    fn ways(&self) -> [(&'static str, &Outcome); 3] {
        let Modes {
            sync,
            finish,
            pipeline,
        } = &self.modes;
        [("sync", sync), ("finish", finish), ("pipeline", pipeline)]
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{}, {} frames of {} samples",
            self.device, self.frames, self.size
        )?;
        writeln!(
            f,
            "{:<10}{:>12}{:>10}   correct",
            "way", "frames/s", "to sync"
        )?;
        for (name, outcome) in self.ways() {
            let ratio = outcome.frames_per_s / self.modes.sync.frames_per_s;
            writeln!(
                f,
                "{name:<10}{:>12.1}{ratio:>10.2}   {} of {}",
                outcome.frames_per_s, outcome.frames_correct, self.frames
            )?;
        }
        Ok(())
    }
}
