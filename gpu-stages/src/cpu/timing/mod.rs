//! Timing models: how long commands take, and which of them exclude each other.
//!
//! A [`Timing`] describes a device by its engines and by what commands cost on them. It serves
//!
//! - **in virtual time**, with [`Simulation::timed`](super::Simulation::timed): discrete events, exact to the
//!   nanosecond on any machine, and nobody sleeps. Tests and makespans belong here;
//! - **in real time**, with [`Device::builder().timing(…)`](super::DeviceBuilder::timing): the threads of the device's
//!   queues hold each command on its engine as long as the model says, so that a program runs at the pace of a device
//!   that is not there. It is approximate: a sleeping thread is woken late, on Linux by 50 µs and more, and a kernel
//!   whose closure runs longer than the model says takes longer.
//!
//! [`cards`] has models of real cards, by their published figures.
//!
//! ```
//! use gpu_stages::cpu::timing::{Cost, Timing};
//! use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Queue, Simulation};
//! use gpu_stages::{Resource, Result, gpu_pipeline};
//! use std::time::{Duration, Instant};
//!
//! #[gpu_pipeline]
//! async fn send(
//!     #[queue] up: Queue,
//!     #[reads] host: HostBuffer<u8>,
//!     #[writes] device: DeviceBuffer<u8>,
//! ) -> Result<()> {
//!     up.upload(&host, &mut device)
//! }
//!
//! # fn main() -> Result<()> {
//! // 2 ms for 2,000 bytes.
//! let timing = Timing::new().uploads(Cost::rate(1e6, Duration::ZERO));
//! let run = |device: Device| -> Result<_> {
//!     let up = Queue::new(&device)?;
//!     let host = Resource::new(HostBuffer::new(&device, 2_000)?);
//!     let buffer = Resource::new(DeviceBuffer::new(&device, 2_000)?);
//!     Ok(send(&up, &host, &buffer))
//! };
//!
//! let simulation = Simulation::timed(timing.clone());
//! let simulated = run(Device::builder().simulated(&simulation).build())?;
//! simulation.block_on(simulated)?;
//! assert_eq!(simulation.now(), Duration::from_millis(2));
//!
//! let begin = Instant::now();
//! futures::executor::block_on(run(Device::builder().timing(timing).build())?)?;
//! assert!(begin.elapsed() >= Duration::from_millis(2));
//! # Ok(())
//! # }
//! ```

pub mod cards;
mod engines;

use crate::backend::{Command, Grid};
use crate::cpu::Cpu;
pub(super) use engines::{Engines, Hold};
use std::collections::HashMap;
use std::time::Duration;

/// How long a command takes: a latency, and a part that grows with its size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    latency: Duration,
    /// 0 if the size does not count.
    seconds_per_unit: f64,
}

impl Cost {
    /// No time.
    pub const NOTHING: Cost = Cost::fixed(Duration::ZERO);

    /// Always the same.
    pub const fn fixed(duration: Duration) -> Self {
        Cost {
            latency: duration,
            seconds_per_unit: 0.0,
        }
    }

    /// `latency` and, for each unit (a byte of a transfer, a work-item of a launch), the time that is left by
    /// `units_per_second`: 12e9 stands for a bus of 12 GB/s.
    ///
    /// # Panics
    ///
    /// If `units_per_second` is not a positive number.
    pub fn rate(units_per_second: f64, latency: Duration) -> Self {
        assert!(
            units_per_second > 0.0,
            "a rate of {units_per_second} units per second never ends"
        );
        Cost {
            latency,
            seconds_per_unit: units_per_second.recip(),
        }
    }

    /// The time for `units` units, to the nanosecond.
    pub fn of(&self, units: usize) -> Duration {
        self.latency + Duration::from_secs_f64(units as f64 * self.seconds_per_unit)
    }
}

/// A timing model of a device: its engines and what commands cost on them. See the [module](self).
///
/// There is one engine for uploads, one for downloads, and one that runs kernels, copies on the device and fills. An
/// engine works for one command at a time, in the order in which commands could begin; with an equal claim, in virtual
/// time, in the order in which they were enqueued. Markers and barriers need no engine and no time.
///
/// ```
/// use gpu_stages::cpu::timing::{Cost, Timing};
/// use std::time::Duration;
///
/// let ten_us = Duration::from_micros(10);
/// let timing = Timing::new()
///     .uploads(Cost::rate(12e9, ten_us))
///     .downloads(Cost::rate(13e9, ten_us))
///     .kernel("fft", Cost::rate(2e9, ten_us))
///     .kernel("triple", Cost::fixed(Duration::from_millis(1)));
/// # drop(timing);
/// ```
#[derive(Clone, Debug)]
pub struct Timing {
    uploads: Cost,
    downloads: Cost,
    copies: Cost,
    kernels: HashMap<String, Cost>,
    other_kernels: Cost,
    compute_engines: usize,
    one_copy_engine: bool,
    host_threads: Option<usize>,
}

impl Default for Timing {
    fn default() -> Self {
        Timing {
            uploads: Cost::NOTHING,
            downloads: Cost::NOTHING,
            copies: Cost::NOTHING,
            kernels: HashMap::new(),
            other_kernels: Cost::NOTHING,
            compute_engines: 1,
            one_copy_engine: false,
            host_threads: None,
        }
    }
}

impl Timing {
    /// A device on which nothing takes time yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// What uploads cost; the unit is a byte.
    #[must_use]
    pub fn uploads(mut self, cost: Cost) -> Self {
        self.uploads = cost;
        self
    }

    /// What downloads cost; the unit is a byte.
    #[must_use]
    pub fn downloads(mut self, cost: Cost) -> Self {
        self.downloads = cost;
        self
    }

    /// What copies on the device and fills cost; the unit is a byte of the target.
    #[must_use]
    pub fn copies(mut self, cost: Cost) -> Self {
        self.copies = cost;
        self
    }

    /// What launches of the kernels of this name cost; the unit is a work-item.
    #[must_use]
    pub fn kernel(mut self, name: &str, cost: Cost) -> Self {
        self.kernels.insert(name.into(), cost);
        self
    }

    /// What launches of all other kernels cost; the unit is a work-item.
    #[must_use]
    pub fn other_kernels(mut self, cost: Cost) -> Self {
        self.other_kernels = cost;
        self
    }

    /// How many launches, copies and fills can run at a time; 0 counts as 1.
    #[must_use]
    pub fn compute_engines(mut self, count: usize) -> Self {
        self.compute_engines = count.max(1);
        self
    }

    /// Has uploads and downloads share one engine, as on devices that copy in one direction at a time.
    #[must_use]
    pub fn one_copy_engine(mut self) -> Self {
        self.one_copy_engine = true;
        self
    }

    /// In virtual time, how many [host works](super::Simulation::host_work) can go on at a time; 0 counts as 1. Without
    /// it any number can, as if each had a thread of its own.
    #[must_use]
    pub fn host_threads(mut self, count: usize) -> Self {
        self.host_threads = Some(count.max(1));
        self
    }

    /// How many host works can go on at a time.
    pub(super) fn threads(&self) -> usize {
        self.host_threads.unwrap_or(usize::MAX)
    }

    /// How long a command takes, and on which engine.
    pub(in crate::cpu) fn of(&self, command: &Command<Cpu>) -> (Duration, Option<Engine>) {
        let (cost, engine) = match command {
            Command::Upload(..) => (self.uploads, Engine::Upload),
            Command::Download(..) if self.one_copy_engine => (self.downloads, Engine::Upload),
            Command::Download(..) => (self.downloads, Engine::Download),
            Command::Copy(..) | Command::Fill(..) => (self.copies, Engine::Compute),
            Command::Launch(kernel, ..) => {
                let cost = self.kernels.get(kernel.name());
                (*cost.unwrap_or(&self.other_kernels), Engine::Compute)
            }
            Command::Marker | Command::Barrier => return (Duration::ZERO, None),
        };
        (cost.of(size(command)), Some(engine))
    }

    /// How many commands an engine works for at a time.
    pub(super) fn capacity(&self, engine: Engine) -> usize {
        match engine {
            Engine::Upload | Engine::Download => 1,
            Engine::Compute => self.compute_engines,
        }
    }
}

/// What works for a limited number of commands at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cpu) enum Engine {
    Upload,
    Download,
    Compute,
}

/// The size in the unit of the command's [`Cost`].
pub(super) fn size(command: &Command<Cpu>) -> usize {
    match command {
        Command::Upload(_, target) | Command::Copy(_, target) => target.bytes,
        Command::Download(_, target) => target.bytes,
        Command::Fill(target, _) => target.bytes,
        Command::Launch(_, Grid { global, .. }, _) => global.iter().product(),
        Command::Marker | Command::Barrier => 0,
    }
}
