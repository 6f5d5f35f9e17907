//! The queues of the embedded device, as the host sees them.

use super::backend::Cpu;
use super::device::Device;
use super::entry::Observed;
use super::event::Completion;
use super::hazards::Watcher;
use super::kernel::Kernel;
use super::queued::Queued;
use super::simulation::Simulated;
use super::simulation::id::SimulationId;
use super::timed::BeingTimed;
use super::worker::Worker;
use crate::backend::{Command, Identity, Submission};
use crate::error::Failure;
use crate::observe::{self, Interest};
use crate::sync::event::{Event, first_pending};
use crate::sync::waits::OtherWait;
use crate::util::primitives::{Arc, AtomicU64, Ordering};

/// A queue's handle for the host. Dropping it lets what is enqueued run.
#[derive(Debug)]
pub struct RawQueue {
    identity: Identity,
    runner: Runner,
    counts: [AtomicU64; 4],
    watcher: Option<Arc<Watcher>>,
    fills_new_versions: bool,
}

/// What has been enqueued on a queue so far; see [`Queue::counts`](crate::Queue::counts).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Uploads, downloads, copies, fills and launches.
    pub commands: u64,
    /// Events that commands and barriers were told to wait for.
    pub waits: u64,
    /// Markers.
    pub markers: u64,
    /// Barriers.
    pub barriers: u64,
}

/// Who runs a queue's commands.
#[derive(Debug)]
enum Runner {
    Worker(Arc<Worker>),
    Simulation(Simulated),
}

impl RawQueue {
    pub(super) fn open(device: &Device, identity: Identity) -> Result<Self, Failure> {
        if let Some(watcher) = device.watcher() {
            watcher.opened(identity.id);
        }
        let runner = match device.simulation() {
            Some(simulation) => Runner::Simulation(simulation.open(identity.id)),
            None => Runner::Worker(Worker::open(device.engines())?),
        };
        Ok(RawQueue {
            identity,
            runner,
            counts: Default::default(),
            watcher: device.watcher(),
            fills_new_versions: device.fills_new_versions(),
        })
    }

    pub(super) fn push(&self, submission: Submission<'_, Cpu>) -> Event {
        self.count(&submission);
        let before = submission.order;
        let timing = match observe::wants(Interest::COMMANDS) {
            true => BeingTimed::of(&submission, self.identity.id, self.simulation()),
            false => None,
        };
        let make = |position| {
            let (simulation, process) = (self.simulation(), self.process());
            let completion = Completion::pending(&self.identity, position, simulation, process);
            completion.name(
                &submission.origin,
                submission.command.what(Kernel::shared_name),
            );
            let observed = match (&self.watcher, &timing) {
                (None, None) => None,
                (_, timing) => Some(self.observed(&submission, &completion, timing.as_deref())),
            };
            let queued = Queued::take();
            let mut entry = queued.entry();
            entry.command = std::mem::replace(submission.command, Command::Marker);
            before
                .iter()
                .for_each(|event| entry.order.push(event.clone()));
            let data = submission.data.iter();
            data.for_each(|event| entry.data.push(event.clone()));
            entry.completion = Some(completion);
            entry.observed = observed;
            drop(entry);
            queued
        };
        let event = match &self.runner {
            Runner::Worker(line) => line.push(make),
            Runner::Simulation(line) => line.push(before, make),
        };
        if let Some(timing) = timing {
            timing.enqueued();
        }
        event
    }

    /// Has a command observed.
    #[cold]
    fn observed(
        &self,
        submission: &Submission<'_, Cpu>,
        completion: &Completion,
        timing: Option<&BeingTimed>,
    ) -> Box<Observed> {
        let watched = self.watcher.clone().map(|watcher| {
            let stamp = watcher.enqueued(self.identity.id, submission);
            completion.stamp_with(stamp.clone());
            (watcher, stamp)
        });
        Box::new(Observed {
            watched,
            timed: timing.map(BeingTimed::times),
        })
    }

    /// The simulation that runs this queue.
    fn simulation(&self) -> Option<SimulationId> {
        match &self.runner {
            Runner::Worker(_) => None,
            Runner::Simulation(line) => Some(line.id()),
        }
    }

    /// The process whose thread runs this queue; 0 if no thread does.
    fn process(&self) -> u32 {
        match &self.runner {
            Runner::Worker(line) => line.process(),
            Runner::Simulation(_) => 0,
        }
    }

    /// Whether commands of this queue can wait for `event`. Workers wait for all events but those of simulations, which
    /// run only when they are stepped. Simulations know only their own commands.
    pub(super) fn can_wait(&self, event: &Event) -> bool {
        let record = event.record::<Completion>();
        match self.simulation() {
            None => record.is_none_or(|record| record.simulation().is_none()),
            own => record.is_some_and(|record| record.simulation() == own),
        }
    }

    /// Blocks this thread until everything enqueued so far is over.
    pub(super) fn finish(&self) {
        let end = self.push(Submission::alone(&mut Command::Marker));
        match &self.runner {
            Runner::Worker(_) => {
                let told = OtherWait::of_thread(self.identity.id, first_pending::<Completion>);
                end.block();
                drop(told);
            }
            Runner::Simulation(line) => line.drive(|| end.known().is_terminal()),
        }
    }

    pub(super) fn fills_new_versions(&self) -> bool {
        self.fills_new_versions
    }

    fn count(&self, submission: &Submission<'_, Cpu>) {
        let kind = match *submission.command {
            Command::Marker => 2,
            Command::Barrier => 3,
            _ => 0,
        };
        self.counts[kind].fetch_add(1, Ordering::Relaxed);
        self.counts[1].fetch_add(submission.order.len() as u64, Ordering::Relaxed);
    }

    pub(super) fn counts(&self) -> Counts {
        let [commands, waits, markers, barriers] =
            [0, 1, 2, 3].map(|kind| self.counts[kind].load(Ordering::Relaxed));
        Counts {
            commands,
            waits,
            markers,
            barriers,
        }
    }
}

impl Drop for RawQueue {
    fn drop(&mut self) {
        if let Some(watcher) = &self.watcher {
            watcher.closed(self.identity.id);
        }
        match &self.runner {
            Runner::Worker(line) => line.close(),
            Runner::Simulation(line) => line.close(),
        }
    }
}
