//! When a command ran, for timelines.

use super::backend::Cpu;
use super::kernel::Kernel;
use super::simulation::id::SimulationId;
use super::timing::Timing;
use crate::backend::{Command, Submission};
use crate::observe::Enqueuing;
use crate::observe::device_times::{ClockId, DeviceTimes, OnDevice, host_now};
use crate::sync::clock::QueueId;
use crate::util::primitives::{Arc, OnceLock};
use std::time::Duration;

/// A command that is being enqueued, and where its times will be.
pub(super) struct BeingTimed {
    enqueuing: Enqueuing,
    timed: Arc<Timed>,
}

impl BeingTimed {
    /// For a command that is to be enqueued, if it belongs to a call.
    #[cold]
    pub(super) fn of(
        submission: &Submission<'_, Cpu>,
        queue: QueueId,
        simulation: Option<SimulationId>,
    ) -> Option<Box<Self>> {
        let what = || submission.command.what(Kernel::shared_name);
        Some(Box::new(BeingTimed {
            enqueuing: Enqueuing::begin(submission.origin, queue, what)?,
            timed: Arc::new(Timed {
                simulation,
                began: OnceLock::new(),
                ended: OnceLock::new(),
                simulated: OnceLock::new(),
            }),
        }))
    }

    #[cold]
    pub(super) fn times(&self) -> Arc<Timed> {
        self.timed.clone()
    }

    #[cold]
    pub(super) fn enqueued(self) {
        self.enqueuing.enqueued(self.timed);
    }
}

/// The times of a command, written by the thread that runs it.
#[derive(Debug)]
pub(super) struct Timed {
    simulation: Option<SimulationId>,
    began: OnceLock<Duration>,
    ended: OnceLock<End>,
    /// When it began and ended in the virtual time of its simulation.
    simulated: OnceLock<(Duration, Duration)>,
}

#[derive(Clone, Copy, Debug)]
struct End {
    at: Duration,
    failed: bool,
}

impl Timed {
    #[cold]
    pub(super) fn begins(&self) {
        self.began.get_or_init(host_now);
    }

    pub(super) fn ends(&self, failed: bool) {
        self.ended.get_or_init(|| End {
            at: host_now(),
            failed,
        });
    }

    /// In a simulation with this timing, `command` ends `now`.
    #[cold]
    pub(super) fn simulate(&self, timing: Option<&Timing>, command: &Command<Cpu>, now: Duration) {
        let took = timing.map_or(Duration::ZERO, |timing| timing.of(command).0);
        self.simulated
            .get_or_init(|| (now.saturating_sub(took), now));
    }
}

impl DeviceTimes for Timed {
    fn on_device(&self, on: ClockId) -> OnDevice {
        let end = self.ended.get();
        let simulated = self.simulated.get();
        let (began, ended) = match (on, self.simulation) {
            (ClockId::Host, _) => (self.began.get().copied(), end.map(|end| end.at)),
            (ClockId::Virtual(number), Some(own)) if own.into_raw() == number => {
                simulated.copied().unzip()
            }
            (ClockId::Virtual(_), _) => (None, None),
        };
        OnDevice {
            began,
            ended,
            failed: end.is_some_and(|end| end.failed),
            own_clock: None,
        }
    }
}
