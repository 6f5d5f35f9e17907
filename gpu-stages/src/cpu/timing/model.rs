//! [`Timing`]: the engines of a device, and what commands cost on them.

use super::cost::Cost;
use crate::backend::{Command, Grid};
use crate::cpu::backend::Cpu;
use std::collections::HashMap;
use std::time::Duration;

/// A timing model of a device: its engines and what commands cost on them. See the [module](super).
///
/// There is one engine for uploads, one for downloads, and one that runs kernels, copies on the device and fills. An
/// engine runs one command at a time, in the order in which commands could begin. Commands that could begin at the same
/// virtual time run in the order in which they were enqueued. Markers and barriers need no engine and no time.
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

    /// Uploads and downloads share one engine, as on devices that copy in one direction at a time.
    #[must_use]
    pub fn one_copy_engine(mut self) -> Self {
        self.one_copy_engine = true;
        self
    }

    /// In virtual time, how many [host works](crate::cpu::Simulation::host_work) can run at a time; 0 counts as 1. By
    /// default any number can, as if each had its own thread.
    #[must_use]
    pub fn host_threads(mut self, count: usize) -> Self {
        self.host_threads = Some(count.max(1));
        self
    }

    /// How many host works can run at a time.
    pub(in crate::cpu) fn threads(&self) -> usize {
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

    /// How many commands an engine runs at a time.
    pub(in crate::cpu) fn capacity(&self, engine: Engine) -> usize {
        match engine {
            Engine::Upload | Engine::Download => 1,
            Engine::Compute => self.compute_engines,
        }
    }
}

/// A part of a device that runs a limited number of commands at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cpu) enum Engine {
    Upload,
    Download,
    Compute,
}

/// The size in the unit of the command's [`Cost`].
pub(in crate::cpu) fn size(command: &Command<Cpu>) -> usize {
    match command {
        Command::Upload(_, target) | Command::Copy(_, target) => target.bytes,
        Command::Download(_, target) => target.bytes,
        Command::Fill(target, _) => target.bytes,
        Command::Launch(_, Grid { global, .. }, _) => {
            let sizes = global.iter().copied();
            sizes.reduce(usize::saturating_mul).unwrap_or(0)
        }
        Command::Marker | Command::Barrier => 0,
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;
    use crate::backend::Arguments;
    use crate::cpu::kernel::Kernel;

    fn launch(name: &str, grid: impl Into<Grid>) -> Command<Cpu> {
        let kernel = Kernel::new(name, |_: Grid| {});
        Command::Launch(kernel, grid.into(), Arguments::new())
    }

    fn units(nanoseconds: u32) -> Cost {
        Cost::rate(1e9 / f64::from(nanoseconds), Duration::ZERO)
    }

    #[test]
    fn markers_and_barriers_need_no_engine_and_no_time() {
        let timing = Timing::new().other_kernels(units(1));
        for command in [Command::Marker, Command::Barrier] {
            assert_eq!(timing.of(&command), (Duration::ZERO, None));
        }
    }

    #[test]
    fn a_kernel_costs_by_its_name_and_its_work_items() {
        let timing = Timing::new()
            .kernel("fft", units(2))
            .other_kernels(units(1));
        let compute = Some(Engine::Compute);
        let fft = timing.of(&launch("fft", (3, 5)));
        assert_eq!(fft, (Duration::from_nanos(30), compute));
        let other = timing.of(&launch("triple", 7));
        assert_eq!(other, (Duration::from_nanos(7), compute));
    }

    #[test]
    fn more_work_items_than_can_be_counted_are_the_most() {
        assert_eq!(size(&launch("huge", (usize::MAX, 2, 3))), usize::MAX);
        assert_eq!(size(&launch("none", (usize::MAX, 2, 0))), 0);
    }

    #[test]
    fn only_compute_engines_can_be_several_and_there_is_at_least_one() {
        let timing = Timing::new().compute_engines(3);
        assert_eq!(timing.capacity(Engine::Compute), 3);
        assert_eq!(timing.capacity(Engine::Upload), 1);
        assert_eq!(timing.capacity(Engine::Download), 1);
        let none = Timing::new().compute_engines(0).host_threads(0);
        assert_eq!((none.capacity(Engine::Compute), none.threads()), (1, 1));
        assert_eq!(Timing::new().threads(), usize::MAX);
    }
}
