//! [`Completion`]: the record that all handles to one event share.

use crate::backend::Identity;
use crate::cpu::hazards::Stamp;
use crate::cpu::simulation::id::SimulationId;
use crate::error::{Failure, Origin};
use crate::sync::clock::{Knowledge, Position, QueueId};
use crate::sync::event::{CommandName, Erased, EventSource, Status, WaitKey, Wakers, What};
use crate::util::panics::wake_all;
use crate::util::pool::{Pool, Pooled, Recycle, static_pool};
use crate::util::primitives::{Arc, AtomicU32, AtomicU64, AtomicUsize, Mutex, Ordering, lock};
use std::task::Waker;

const PENDING: usize = 0;
pub(super) const COMPLETE: usize = 1;
const FAILED: usize = 2;

/// The completion of one command.
#[derive(Debug)]
pub(in crate::cpu) struct Completion {
    pub(super) state: AtomicUsize,
    queue: AtomicU64,
    position: AtomicU64,
    /// The simulation that runs the command; 0 if none.
    simulation: AtomicU64,
    /// The process whose thread runs the command; 0 if no thread does.
    process: AtomicU32,
    pub(super) rest: Mutex<Rest>,
}

#[derive(Debug, Default)]
pub(super) struct Rest {
    knowledge: Option<Pooled<Knowledge>>,
    failure: Option<Arc<Failure>>,
    command: CommandName,
    pub wakers: Wakers,
    /// The command as a hazard checker knows it.
    stamp: Option<Arc<Stamp>>,
}

static_pool!(COMPLETIONS: Completion);

impl Recycle for Completion {
    type Object = dyn Erased;

    fn pool() -> &'static Pool<Self> {
        &COMPLETIONS
    }

    fn fresh() -> Self {
        Completion {
            state: AtomicUsize::new(PENDING),
            queue: AtomicU64::new(0),
            position: AtomicU64::new(0),
            simulation: AtomicU64::new(0),
            process: AtomicU32::new(0),
            rest: Mutex::default(),
        }
    }

    fn recycle(&self) {
        self.state.store(PENDING, Ordering::Relaxed);
        let mut rest = lock(&self.rest);
        // The rest of the name is overwritten by the next command.
        let kernel = rest.command.what.kernel.take();
        let taken = (
            rest.knowledge.take(),
            rest.failure.take(),
            rest.stamp.take(),
        );
        let wakers = (!rest.wakers.is_empty()).then(|| rest.wakers.take());
        drop(rest);
        drop((kernel, taken, wakers));
    }
}

impl Completion {
    /// The completion to come of the command at `position` of the queue, which a simulation runs or a thread of `process`.
    pub(in crate::cpu) fn pending(
        identity: &Identity,
        position: u64,
        simulation: Option<SimulationId>,
        process: u32,
    ) -> Pooled<Completion> {
        let completion = Pooled::<Completion>::take();
        completion
            .queue
            .store(identity.id.into_raw(), Ordering::Relaxed);
        completion.position.store(position, Ordering::Relaxed);
        let simulation = simulation.map_or(0, SimulationId::into_raw);
        completion.simulation.store(simulation, Ordering::Relaxed);
        completion.process.store(process, Ordering::Relaxed);
        lock(&completion.rest).knowledge = Some(identity.knowledge.clone());
        completion
    }

    /// Adds the name of the command.
    #[inline]
    pub(in crate::cpu) fn name(&self, origin: &Option<Origin>, what: What) {
        let mut rest = lock(&self.rest);
        rest.command.origin = *origin;
        rest.command.what = what;
    }

    /// Adds the stamp of a hazard checker.
    pub(in crate::cpu) fn stamp_with(&self, stamp: Arc<Stamp>) {
        lock(&self.rest).stamp = Some(stamp);
    }

    pub(in crate::cpu) fn stamp(&self) -> Option<Arc<Stamp>> {
        lock(&self.rest).stamp.clone()
    }

    /// The simulation that runs the command.
    pub(in crate::cpu) fn simulation(&self) -> Option<SimulationId> {
        SimulationId::from_raw(self.simulation.load(Ordering::Relaxed))
    }

    /// The failure of a command that will never run, because this process was forked from the one that has its thread.
    fn orphaned(&self) -> Option<Failure> {
        let (of, own) = (self.process.load(Ordering::Relaxed), std::process::id());
        (of != 0 && of != own).then(|| {
            let text = format!(
                "its queue belongs to process {of}, and this is process {own}: queues do not survive `fork`, make them in \
                 the child"
            );
            Failure::new(None, text)
        })
    }

    /// Whether the command is over.
    pub(in crate::cpu) fn is_over(&self) -> bool {
        self.state.load(Ordering::Acquire) != PENDING
    }

    /// The command is over.
    pub(in crate::cpu) fn over(&self, result: Result<(), Arc<Failure>>) {
        let mut rest = lock(&self.rest);
        let state = if result.is_ok() { COMPLETE } else { FAILED };
        rest.failure = result.err();
        let wakers = (!rest.wakers.is_empty()).then(|| rest.wakers.take());
        // Release: a thread that sees the state sees what the command did.
        self.state.store(state, Ordering::Release);
        drop(rest);
        if let Some(wakers) = wakers {
            wake_all(wakers);
        }
    }
}

impl EventSource for Completion {
    fn queue(&self) -> QueueId {
        QueueId::from_raw(self.queue.load(Ordering::Relaxed))
    }

    fn position(&self) -> Position {
        Position::exact(self.position.load(Ordering::Relaxed))
    }

    fn knowledge(&self) -> Option<Pooled<Knowledge>> {
        lock(&self.rest).knowledge.clone()
    }

    #[inline]
    fn status(&self) -> Status {
        match self.state.load(Ordering::Acquire) {
            PENDING => Status::Pending,
            COMPLETE => Status::Complete,
            _ => match lock(&self.rest).failure.clone() {
                Some(failure) => Status::Failed(failure),
                None => Status::Complete,
            },
        }
    }

    /// The status itself: asking is no call of a driver here.
    fn known(&self) -> Status {
        self.status()
    }

    #[inline]
    fn is_noted_over(&self) -> bool {
        self.state.load(Ordering::Acquire) != PENDING
    }

    #[inline]
    fn is_noted_good(&self) -> bool {
        self.state.load(Ordering::Acquire) == COMPLETE
    }

    fn register(&self, key: WaitKey, waker: &Waker) -> bool {
        if let Some(failure) = self.orphaned() {
            self.over(Err(Arc::new(failure)));
            return false;
        }
        let own = waker.clone();
        let mut rest = lock(&self.rest);
        if self.state.load(Ordering::Acquire) != PENDING {
            return false;
        }
        let old = rest.wakers.keep(key, own);
        drop(rest);
        drop(old);
        true
    }

    fn unregister(&self, key: WaitKey) {
        let old = lock(&self.rest).wakers.remove(key);
        drop(old);
    }

    fn command(&self) -> CommandName {
        lock(&self.rest).command.clone()
    }

    /// Every command has its event from the start.
    fn announce(&self) {}

    fn runs_by_itself(&self) -> bool {
        self.simulation().is_none()
    }
}
