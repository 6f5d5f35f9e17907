//! Draws what `fx_correlator` wrote: amplitude and phase over the channels, one line per baseline, as an SVG. A point
//! source shows as a straight line of phases, which wraps around: fringes, the more of them the longer the baseline.
//!
//! ```sh
//! cargo run --release --example correlator_view -- dumps.npy --plot fringes.svg
//! cargo run --release --example correlator_view -- low.npy high.npy --merge all.npy --plot fringes.svg
//! ```
//!
//! Several files are parts of one band, from correlators with other `--channels`; they are put together, dump by dump.

mod merge;
#[allow(dead_code, reason = "reads dumps alone")]
#[path = "../fx_correlator/npy.rs"]
mod npy;
#[allow(dead_code, reason = "dumps have the header of the datagrams")]
#[path = "../fx_correlator/packet.rs"]
mod packet;
mod plot;
#[allow(dead_code, reason = "the sizes of a file are in the file")]
#[path = "../fx_correlator/shape.rs"]
mod shape;

use clap::Parser;
use merge::{Part, merge};
use npy::Npy;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Draws amplitude and phase of each baseline from the dumps of `fx_correlator`.
#[derive(Debug, Parser)]
#[command(name = "correlator_view")]
struct Options {
    /// Files of dumps; several are parts of one band
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// The SVG file to draw into
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,

    /// The .npy file to put the whole band into
    #[arg(long, value_name = "FILE")]
    merge: Option<PathBuf>,

    /// Draw this polarisation of all antennas, 0 or 1
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..2))]
    polarisation: u8,
}

/// What is wrong with the files.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("cannot read {0:?}: {1}")]
    Read(PathBuf, io::Error),
    #[error("cannot write {0:?}: {1}")]
    Write(PathBuf, io::Error),
    #[error("cannot draw {0:?}: {1}")]
    Draw(PathBuf, String),
    #[error(transparent)]
    Merge(#[from] merge::Error),
}

fn main() -> ExitCode {
    match view(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::from(2)
        }
    }
}

fn view(options: &Options) -> Result<(), Error> {
    let parts = options.files.iter().map(|path| read(path));
    let whole = merge(parts.collect::<Result<_, _>>()?)?;
    if let Some(path) = &options.merge {
        write(path, &whole).map_err(|error| Error::Write(path.clone(), error))?;
    }
    if let Some(path) = &options.plot {
        plot::plot(path, &whole, options.polarisation)
            .map_err(|error| Error::Draw(path.clone(), error))?;
    }
    let (dumps, channels) = (whole.records.len(), whole.channels);
    let baselines = whole.records.first().map_or(0, |it| it.weights.len());
    let _ = writeln!(
        io::stdout(),
        "{dumps} dumps of {baselines} baselines and {channels} channels"
    );
    Ok(())
}

fn read(path: &Path) -> Result<Part, Error> {
    let (records, channels) =
        npy::read(path).map_err(|error| Error::Read(path.to_owned(), error))?;
    Ok(Part {
        name: path.to_owned(),
        records,
        channels,
    })
}

fn write(path: &Path, whole: &Part) -> io::Result<()> {
    let baselines = whole.records.first().map_or(0, |it| it.weights.len());
    let mut npy = Npy::with_sizes(path, baselines, whole.channels)?;
    for record in &whole.records {
        npy.append(&record.header, &record.weights, &record.visibilities)?;
    }
    Ok(())
}
