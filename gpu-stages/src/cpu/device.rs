//! [`Device`]: the embedded device, and what can be chosen about it.

use super::hazards::{Hazard, Trace, Tracked, Watcher};
use super::simulation::Simulation;
use super::timing::{Engines, Timing};
use crate::util::primitives::Arc;

/// The embedded device. Devices differ only in what was chosen with [`builder`](Device::builder); a clone is another
/// handle to the same device.
#[derive(Clone, Debug, Default)]
pub struct Device {
    watcher: Option<Arc<Watcher>>,
    fills_new_versions: bool,
    simulation: Option<Simulation>,
    engines: Option<Arc<Engines>>,
}

/// Builds a [`Device`] with options.
#[derive(Clone, Debug, Default)]
#[must_use = "a builder does nothing until `build`"]
pub struct DeviceBuilder {
    checks: bool,
    records: bool,
    fills_new_versions: bool,
    simulation: Option<Simulation>,
    timing: Option<Timing>,
}

impl Device {
    /// The device.
    pub fn new() -> Self {
        Self::default()
    }

    /// A builder for a device with options.
    pub fn builder() -> DeviceBuilder {
        DeviceBuilder::default()
    }

    /// The [hazards](super::hazards) found so far, in the order of the later accesses; at most 1,000.
    ///
    /// # Panics
    ///
    /// If the device was built without [`check_hazards`](DeviceBuilder::check_hazards): then nothing was checked.
    #[track_caller]
    pub fn hazards(&self) -> Vec<Hazard> {
        match &self.watcher {
            Some(watcher) => watcher.hazards(),
            None => panic!("this device checks nothing: build it with `check_hazards(true)`"),
        }
    }

    /// For tests: panics if there are hazards, and lists them.
    ///
    /// # Panics
    ///
    /// If there are hazards, or if the device was built without [`check_hazards`](DeviceBuilder::check_hazards).
    #[track_caller]
    pub fn assert_no_hazards(&self) {
        let hazards = self.hazards();
        let list: String = hazards.iter().map(|it| format!("\n- {it}")).collect();
        assert!(hazards.is_empty(), "{} hazards:{list}", hazards.len());
    }

    /// What was recorded so far, if the device was built with [`record_trace`](DeviceBuilder::record_trace).
    pub fn trace(&self) -> Option<Trace> {
        self.watcher.as_ref()?.trace()
    }

    pub(super) fn fills_new_versions(&self) -> bool {
        self.fills_new_versions
    }

    pub(super) fn simulation(&self) -> Option<&Simulation> {
        self.simulation.as_ref()
    }

    pub(super) fn engines(&self) -> Option<Arc<Engines>> {
        self.engines.clone()
    }

    pub(super) fn watcher(&self) -> Option<Arc<Watcher>> {
        self.watcher.clone()
    }

    pub(super) fn track(&self, bytes: usize) -> Option<Tracked> {
        let watcher = self.watcher.as_ref()?;
        Some(watcher.track(bytes))
    }
}

impl DeviceBuilder {
    /// Whether the device checks that all accesses to its memory are ordered by synchronisation; see
    /// [`hazards`](super::hazards).
    pub fn check_hazards(mut self, checks: bool) -> Self {
        self.checks = checks;
        self
    }

    /// Whether the device checks for hazards and keeps a [`Trace`] of what it checks, which grows with every command.
    pub fn record_trace(mut self, records: bool) -> Self {
        self.records = records;
        self
    }

    /// Whether new versions get a debug fill before their first use: floating-point numbers are filled with NaN, other
    /// data with the byte `0xA5`.
    ///
    /// A `#[writes]` parameter does not promise the old contents, but with one slot they are often there. A pipeline
    /// that relies on them fails at once on such a device. Device memory is filled by a command that is ordered after
    /// the earlier uses; host memory is filled by the host, which waits for those. A version counts as begun once it is
    /// filled.
    ///
    /// There is no debug fill for versions of a resource that no queue has seen yet, and for what devices do not see of
    /// a value, such as fields marked `#[device(skip)]`.
    ///
    /// ```
    /// use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Queue};
    /// use gpu_stages::{Resource, Result, gpu_pipeline};
    ///
    /// /// Writes half of `device` and downloads all of it.
    /// #[gpu_pipeline]
    /// async fn half(
    ///     #[queue] queue: Queue,
    ///     #[writes] device: DeviceBuffer<f32>,
    ///     #[writes] host: HostBuffer<f32>,
    /// ) -> Result<f32> {
    ///     queue.fill(&mut device[..8], 1.0)?;
    ///     queue.download(&device, &mut host)?;
    ///     Ok(host.iter().sum())
    /// }
    ///
    /// # fn main() -> Result<()> {
    /// let device = Device::builder().fill_garbage(true).build();
    /// let queue = Queue::new(&device)?;
    /// let buffer = Resource::new(DeviceBuffer::new(&device, 16)?);
    /// let host = Resource::new(HostBuffer::new(&device, 16)?);
    /// assert!(futures::executor::block_on(half(&queue, &buffer, &host))?.is_nan());
    /// # Ok(())
    /// # }
    /// ```
    pub fn fill_garbage(mut self, fills: bool) -> Self {
        self.fills_new_versions = fills;
        self
    }

    /// Makes the device part of a [simulation](super::simulation): its commands run only in the simulation's steps.
    pub fn simulated(mut self, simulation: &Simulation) -> Self {
        self.simulation = Some(simulation.clone());
        self
    }

    /// Has commands take as long as a [timing model](super::timing) says, in real time: the threads of the device's
    /// queues hold each command on its engine, asleep, for at least that long.
    ///
    /// A simulated device takes the [simulation's](Simulation::timed) model instead of this one.
    pub fn timing(mut self, timing: Timing) -> Self {
        self.timing = Some(timing);
        self
    }

    /// The device.
    pub fn build(self) -> Device {
        let watches = self.checks || self.records;
        Device {
            watcher: watches.then(|| Watcher::new(self.records)),
            fills_new_versions: self.fills_new_versions,
            simulation: self.simulation,
            engines: self.timing.map(|timing| Arc::new(Engines::new(timing))),
        }
    }
}
