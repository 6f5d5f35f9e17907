//! What `--timeline` writes: the pipeline's last frames, as a picture or as a trace.

use crate::error::Error;
use gpu_stages::Timeline;
use gpu_stages::timeline::Recording;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Frames in a picture: more are too thin to see.
const IN_SVG: usize = 20;
/// Frames in a trace.
const IN_JSON: usize = 1_000;

/// A file for frames and their times.
#[derive(Debug)]
pub struct Output {
    path: PathBuf,
    format: Format,
    file: File,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Svg,
    Json,
}

impl Format {
    /// As the ending of `path` says.
    fn of(path: &Path) -> Result<Self, Error> {
        match path.extension().and_then(|ending| ending.to_str()) {
            Some("svg") => Ok(Format::Svg),
            Some("json") => Ok(Format::Json),
            _ => Err(Error::Option(format!(
                "--timeline writes .svg or .json, as the file's name ends: {path:?}"
            ))),
        }
    }
}

impl Output {
    /// Makes the file, so that what is wrong with it is said before any frame is processed.
    pub fn create(path: &Path) -> Result<Self, Error> {
        let format = Format::of(path)?;
        Ok(Output {
            path: path.to_owned(),
            format,
            file: File::create(path).map_err(|error| cannot_write(path, &error))?,
        })
    }

    /// Records from now on.
    pub fn record(&self) -> Timeline {
        Timeline::new(match self.format {
            Format::Svg => IN_SVG,
            Format::Json => IN_JSON,
        })
    }

    pub fn write(&self, recording: &Recording) -> Result<(), Error> {
        let text = match self.format {
            Format::Svg => recording.svg().to_string(),
            Format::Json => recording.json().to_string(),
        };
        let written = (&self.file).write_all(text.as_bytes());
        written.map_err(|error| cannot_write(&self.path, &error))
    }
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Error {
    Error::Option(format!("cannot write {path:?}: {error}"))
}
