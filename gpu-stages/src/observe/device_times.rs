//! The times of commands on their devices, which a backend keeps and an observer asks for.

use crate::util::primitives::OnceLock;
use std::fmt::Debug;
use std::time::{Duration, Instant};

/// Names a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ClockId {
    /// The host's monotonic clock.
    Host,
    /// The virtual time of the simulation with this number.
    Virtual(u64),
}

/// The time on the host's clock. Its zero is the first call of this function.
pub(crate) fn host_now() -> Duration {
    static ZERO: OnceLock<Instant> = OnceLock::new();
    ZERO.get_or_init(Instant::now).elapsed()
}

/// The times of one command on its device, as its backend knows them.
pub(crate) trait DeviceTimes: Debug + Send + Sync {
    /// The times known by now, on the clock `on`. May ask a driver; called when no lock is held.
    fn on_device(&self, on: ClockId) -> OnDevice;
}

/// When a command ran on its device, as far as that is known.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct OnDevice {
    pub began: Option<Duration>,
    pub ended: Option<Duration>,
    pub failed: bool,
    /// Set if the times are those of a clock of the device.
    pub own_clock: Option<OwnClock>,
}

/// A device's own clock, and the time on it while the host enqueued the command, if the device noted it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OwnClock {
    /// Tells the clocks of devices apart.
    pub number: usize,
    pub queued: Option<Duration>,
}
