//! The command line.

use crate::corner_turn::{Destination, Route};
use crate::error::Error;
use crate::shape::Shape;
use clap::{Parser, ValueEnum};
use std::net::SocketAddr;
use std::ops::Range;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

/// Correlates all pairs of an array's inputs: samples come in as UDP datagrams, visibilities go out as UDP datagrams
/// and into a file for NumPy. F and X can be in processes of their own, with spectra as UDP datagrams between them.
#[derive(Debug, Parser)]
#[command(name = "fx_correlator")]
pub struct Options {
    /// What this process does: samples to visibilities, samples to spectra, or spectra to visibilities
    #[arg(long, value_enum, default_value_t = EngineChoice::Fx)]
    pub engine: EngineChoice,

    /// Where to listen; port 0 is any that is free
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7148")]
    pub listen: SocketAddr,

    /// Where to send the dumps
    #[arg(long, value_name = "ADDRESS")]
    pub send: Option<SocketAddr>,

    /// The .npy file to put the dumps into
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,

    /// Of an F-engine: an X-engine, and the channels that it correlates, as ADDRESS=FIRST..END; one or more
    #[arg(long, value_name = "ADDRESS=RANGE")]
    to: Vec<Destination>,

    /// Of an F-engine: what spectra are multiplied by before they are rounded
    /// [default: 1 / √(samples in a spectrum), with which noise stays as strong as it was]
    #[arg(long, value_name = "FACTOR")]
    scale: Option<f32>,

    /// Of F- and X-engines: bits of a real or imaginary part between them, 8 or 16
    #[arg(long, value_name = "BITS", default_value_t = 8)]
    bits: usize,

    /// Antennas, of two polarisations each
    #[arg(long, value_name = "N", default_value_t = 4)]
    antennas: usize,

    /// Channels of the whole band, a power of two
    #[arg(long, value_name = "N", default_value_t = 64)]
    all_channels: usize,

    /// The channels to correlate, as FIRST..END [default: all]
    #[arg(long, value_name = "RANGE")]
    channels: Option<Channels>,

    /// Taps of the filter bank, in spectra
    #[arg(long, value_name = "N", default_value_t = 8)]
    taps: usize,

    /// Spectra in a frame, which is what goes to the device at once
    #[arg(long, value_name = "N", default_value_t = 64)]
    spectra: usize,

    /// Samples in a datagram
    #[arg(long, value_name = "N", default_value_t = 1024)]
    packet: usize,

    /// Spectra to add up for a dump, a multiple of those in a frame
    #[arg(long, value_name = "SPECTRA", default_value_t = 1024)]
    integrate: usize,

    /// Device: cpu; with the feature `opencl` also opencl, opencl:NUMBER or opencl:NAME
    #[arg(long, value_name = "DEVICE", default_value = "cpu")]
    pub device: DeviceChoice,

    /// How frames follow each other
    #[arg(long, value_enum, default_value_t = Schedule::Pipeline)]
    pub schedule: Schedule,

    /// Frames in flight in the pipeline
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub in_flight: u16,

    /// Frames that can wait for the device while it is slow
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub waiting: u16,

    /// Stop after as many frames, counted from the first [default: go on until nothing comes]
    #[arg(long, value_name = "N")]
    pub frames: Option<u64>,

    /// Stop when nothing came for as long
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = seconds)]
    pub idle: Duration,

    /// Print the counts as one JSON object
    #[arg(long)]
    pub json: bool,
}

/// What a process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EngineChoice {
    /// Samples to visibilities
    Fx,
    /// Samples to spectra, for X-engines
    F,
    /// Spectra of F-engines to visibilities
    X,
}

/// How frames follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Schedule {
    /// One after the other: receive, correlate, send, and again
    Synchronous,
    /// As many in flight as there is room for
    Pipeline,
    /// The same on OpenCL, without pipelines: the waits and slots of all commands are written by hand
    ByHand,
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

#[derive(Clone, Debug)]
struct Channels(Range<usize>);

impl Options {
    /// The shape, if there is nothing wrong with it.
    pub fn shape(&self) -> Result<Shape, Error> {
        let band = match &self.channels {
            Some(Channels(band)) => band.clone(),
            None => 0..self.all_channels,
        };
        if self.spectra == 0 || self.integrate % self.spectra != 0 {
            let Options {
                integrate, spectra, ..
            } = self;
            return Err(Error::Option(format!(
                "{integrate} spectra are not made of whole frames of {spectra}"
            )));
        }
        let shape = Shape {
            antennas: self.antennas,
            channels: self.all_channels,
            taps: self.taps,
            spectra: self.spectra,
            packet: self.packet,
            integration: self.integrate / self.spectra,
            first_channel: band.start,
            band: band.len(),
            bits: self.bits,
        };
        shape.check().map_err(Error::Option)
    }

    /// Where an F-engine of this shape sends, if there is nothing wrong with it.
    pub fn route(&self, shape: Shape) -> Result<Route, Error> {
        let wrong = |what: String| Err(Error::Option(what));
        let scale = self.scale.unwrap_or((shape.block() as f32).sqrt().recip());
        if !(scale.is_normal() && scale > 0.0) {
            return wrong(format!("spectra cannot be multiplied by {scale}"));
        }
        let Some(first) = self.to.first() else {
            return wrong("an F-engine sends somewhere: `--to ADDRESS=FIRST..END`".into());
        };
        if self.file.is_some() || self.send.is_some() {
            return wrong("an F-engine has no dumps for `--file` and `--send`".into());
        }
        for Destination { to, channels } in &self.to {
            let Range { start, end } = channels;
            let all = shape.channels_of_band();
            if *start < all.start || *end > all.end {
                return wrong(format!("the channels {start}..{end} are none of {all:?}"));
            }
            if to.is_ipv4() != first.to.is_ipv4() {
                return wrong("one socket sends to IPv4 or to IPv6, not to both".into());
            }
        }
        Ok(Route {
            shape,
            destinations: self.to.clone(),
            scale,
        })
    }

    /// Whether what it has goes with its engine.
    pub fn check_engine(&self) -> Result<(), Error> {
        let can_be_by_hand = self.engine == EngineChoice::Fx && self.device != DeviceChoice::Cpu;
        if self.schedule == Schedule::ByHand && !can_be_by_hand {
            let what = "by hand there is only the whole correlator on OpenCL: `--device opencl`";
            return Err(Error::Option(what.into()));
        }
        let is_for_f = !self.to.is_empty() || self.scale.is_some();
        if is_for_f && self.engine != EngineChoice::F {
            let what = "`--to` and `--scale` are for F-engines: `--engine f`";
            return Err(Error::Option(what.into()));
        }
        Ok(())
    }
}

impl FromStr for Destination {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (to, channels) = text
            .split_once('=')
            .ok_or("an X-engine is ADDRESS=FIRST..END, such as 127.0.0.1:7149=0..32")?;
        let to = to.parse().map_err(|_| format!("{to} is no address"))?;
        let Channels(channels) = channels.parse()?;
        Ok(Destination { to, channels })
    }
}

impl FromStr for Channels {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once("..").and_then(|(start, end)| {
            let range: Range<usize> = start.parse().ok()?..end.parse().ok()?;
            (!range.is_empty()).then_some(range)
        });
        let range = numbers.ok_or("a range of channels is FIRST..END, such as 0..32")?;
        Ok(Channels(range))
    }
}

impl FromStr for DeviceChoice {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let (backend, choice) = name.split_once(':').unwrap_or((name, ""));
        match backend {
            "cpu" if choice.is_empty() => Ok(DeviceChoice::Cpu),
            #[cfg(feature = "opencl")]
            "opencl" => Ok(DeviceChoice::OpenCl(choice.to_owned())),
            #[cfg(not(feature = "opencl"))]
            "opencl" => Err("this program was built without `--features opencl`".into()),
            _ => Err("there are: cpu, opencl".into()),
        }
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "this is no number of seconds")?;
    let duration = Duration::try_from_secs_f64(seconds);
    duration.map_err(|error| error.to_string())
}
