//! What backends tell of commands: what is enqueued, and when it was on the device.

use super::clock::ClockId;
use crate::backend::{Backend, Command};
use crate::sync::Arc;
use std::fmt::Debug;
use std::time::Duration;

/// A command, as a timeline shows it.
#[derive(Clone, Debug)]
pub(crate) struct What {
    pub command: &'static str,
    /// The name of the kernel that is launched.
    pub kernel: Option<Arc<str>>,
}

impl What {
    /// `command`, in which `name` names kernels.
    pub fn of<B: Backend>(command: &Command<B>, name: impl FnOnce(&B::Kernel) -> &str) -> Self {
        What {
            command: command.name(),
            kernel: match command {
                Command::Launch(kernel, ..) => Some(name(kernel).into()),
                _ => None,
            },
        }
    }
}

/// When a command was on its device, as its backend knows.
pub(crate) trait DeviceTimes: Debug + Send + Sync {
    /// What is known by now of the command on the clock `on`. May ask a driver; called under no lock.
    fn on_device(&self, on: ClockId) -> OnDevice;
}

/// When a command was on its device, as far as it is known.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct OnDevice {
    pub began: Option<Duration>,
    pub ended: Option<Duration>,
    pub failed: bool,
    /// Set if the times are those of a device's own clock.
    pub own_clock: Option<OwnClock>,
}

/// A device's own clock, and the time on it while the host was enqueuing the command.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OwnClock {
    /// Tells it from those of other devices.
    pub number: usize,
    pub queued: Duration,
}
