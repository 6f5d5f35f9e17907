//! The command line.

use crate::error::Error;
use crate::source::Input;
use crate::timeline::Output;
use clap::Parser;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;

const DEFAULT_FRAMES: u64 = 200;

/// Multiplies frames by three on a device and computes their mean squares, in three ways: synchronously, with
/// one wait per frame, and as a pipeline with several frames in flight.
#[derive(Debug, Parser)]
#[command(name = "process_one")]
pub struct Options {
    /// Number of frames [default: all frames of the input file, or 200]
    #[arg(long, value_name = "N")]
    frames: Option<u64>,

    /// Samples in a frame
    #[arg(long, value_name = "SAMPLES", default_value_t = 65_536)]
    size: usize,

    /// Frames in flight in the pipeline
    #[arg(long, value_name = "N", default_value_t = 4)]
    in_flight: usize,

    /// Slots of each buffer
    #[arg(long, value_name = "N", default_value_t = 3)]
    slots: usize,

    /// Device: cpu; with the feature `opencl` also opencl, opencl:NUMBER or opencl:NAME
    #[arg(long, value_name = "DEVICE", default_value = "cpu")]
    device: String,

    /// WAV file, or file of little-endian 32-bit floats, to take the samples from [default: random normals]
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,

    /// Seed of the random normals
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    /// File for the times of the pipeline's frames: .svg for a picture of the last 20, .json for a trace of the last 1000
    #[arg(long, value_name = "FILE")]
    timeline: Option<PathBuf>,

    /// Print one JSON object instead of a table
    #[arg(long)]
    pub json: bool,
}

/// Options that make sense.
#[derive(Debug)]
pub struct Plan {
    /// Where to run.
    pub device: DeviceChoice,
    /// What to process.
    pub input: Input,
    /// Frames in flight in the pipeline.
    pub in_flight: usize,
    /// Slots of each buffer.
    pub slots: usize,
    /// Where to write the frames' times.
    pub timeline: Option<Output>,
}

/// A device that can be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceChoice {
    /// The embedded device.
    Cpu,
    /// An OpenCL device, by number or part of its name; the first one if empty.
    #[cfg(feature = "opencl")]
    OpenCl(String),
}

impl FromStr for DeviceChoice {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let (backend, choice) = name.split_once(':').unwrap_or((name, ""));
        match backend {
            "cpu" if choice.is_empty() => Ok(DeviceChoice::Cpu),
            #[cfg(feature = "opencl")]
            "opencl" => Ok(DeviceChoice::OpenCl(choice.to_owned())),
            #[cfg(not(feature = "opencl"))]
            "opencl" => Err(Error::Option(
                "this program was built without OpenCL; build it with `--features opencl`".into(),
            )),
            _ => Err(Error::Option(format!(
                "unknown device {name:?}; there are: cpu, opencl"
            ))),
        }
    }
}

impl Options {
    /// Checks the options, and looks at the input file.
    pub fn plan(&self) -> Result<Plan, Error> {
        let device = self.device.parse()?;
        let size = not_zero("--size", self.size)?;
        let slots = not_zero("--slots", self.slots)?;
        let in_flight = not_zero("--in-flight", self.in_flight)?;
        if self.frames == Some(0) {
            return Err(is_zero("--frames"));
        }
        let input = match &self.input {
            Some(path) => Input::file(path, size, self.frames)?,
            None => Input::normals(self.seed, size, self.frames.unwrap_or(DEFAULT_FRAMES)),
        };
        check_memory(size.get(), slots.get())?;
        let timeline = self.timeline.as_deref().map(Output::create).transpose()?;
        Ok(Plan {
            device,
            input,
            in_flight: in_flight.get(),
            slots: slots.get(),
            timeline,
        })
    }
}

fn not_zero(option: &str, value: usize) -> Result<NonZeroUsize, Error> {
    NonZeroUsize::new(value).ok_or_else(|| is_zero(option))
}

fn is_zero(option: &str) -> Error {
    Error::Option(format!("{option} must be at least 1"))
}

/// Tries to allocate as much as all buffers together need. Systems that give memory out on credit grant each
/// buffer alone, and end the program when it uses them.
fn check_memory(size: usize, slots: usize) -> Result<(), Error> {
    const BUFFERS: usize = 4;
    /// Bytes of bookkeeping and alignment, roughly.
    const OVERHEAD: usize = 512;
    let buffer = size.checked_mul(4).and_then(|n| n.checked_add(OVERHEAD));
    let total = buffer
        .and_then(|n| n.checked_mul(BUFFERS))
        .and_then(|n| n.checked_mul(slots));
    let enough = total.is_some_and(|n| Vec::<u8>::new().try_reserve_exact(n).is_ok());
    enough.then_some(()).ok_or_else(|| {
        Error::Option(format!(
            "there is no memory for {BUFFERS} buffers of {slots} slots of {size} samples each"
        ))
    })
}
