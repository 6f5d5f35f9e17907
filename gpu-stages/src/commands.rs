//! [`Queue`]: the commands, and the checks and waits that each of them does by itself.

mod opaque;

use crate::backend::{
    Arguments, Backend, Bytes, Command, Element, Grid, Identity, Region, Submission,
};
use crate::call::Call;
use crate::error::{Error, Failure, Origin, Problem, Result};
use crate::event::Event;
use crate::garbage;
use crate::kernel::{KernelArguments, Launch};
use crate::lease::{Before, Lease};
use crate::order::{Knowledge, QueueId};
use crate::pool::Pooled;
use crate::queue::{CommandQueue, Opaque, Uses};
use crate::sync::Arc;
use crate::view::{DeviceView, HostView, View};
use crate::visible::Use;
use crate::waits;
use crate::watch::Watch;
use smallvec::SmallVec;

/// An in-order command queue of a backend.
///
/// Each command waits on the device for exactly what its views need, through its own wait list, and its own
/// event is what later users wait for: no further marker or barrier is made. A clone is another handle to the
/// same queue; when the last one is dropped, what is enqueued still runs, and dropping does not wait for it.
#[derive(Debug)]
pub struct Queue<B: Backend> {
    inner: Arc<Inner<B>>,
}

#[derive(Debug)]
struct Inner<B: Backend> {
    raw: B::RawQueue,
    id: QueueId,
    knowledge: Pooled<Knowledge>,
}

impl<B: Backend> Clone for Queue<B> {
    fn clone(&self) -> Self {
        Queue {
            inner: self.inner.clone(),
        }
    }
}

impl<B: Backend> CommandQueue for Queue<B> {
    fn id(&self) -> QueueId {
        self.inner.id
    }

    fn can_wait(&self, event: &Event) -> bool {
        B::can_wait(&self.inner.raw, event)
    }

    fn flush(&self) {
        B::flush(&self.inner.raw);
    }

    fn fills_garbage(&self) -> bool {
        B::fills_garbage(&self.inner.raw)
    }

    fn watch(&self) -> Option<&Arc<dyn Watch>> {
        B::watch(&self.inner.raw)
    }

    fn open(&self, uses: &Uses<'_>) -> Result<Opaque> {
        self.open_opaque(uses)
    }
}

impl<B: Backend> Queue<B> {
    /// A new queue on `device`.
    ///
    /// # Errors
    ///
    /// [`Error::Setup`] with what the device says.
    pub fn new(device: &B::Device) -> Result<Self> {
        let identity = Identity::unique();
        let raw = B::open(device, identity.clone());
        Ok(Queue {
            inner: Arc::new(Inner {
                raw: raw.map_err(|failure| Error::setup("a command queue", failure))?,
                id: identity.id,
                knowledge: identity.knowledge,
            }),
        })
    }

    /// Copies from the host to the device.
    ///
    /// # Errors
    ///
    /// [`Error::Command`] when the lengths differ, a range is outside its buffer, or a view was waited for on
    /// another queue; nothing is enqueued then. This holds for all commands.
    pub fn upload<E: Element>(
        &self,
        source: &HostView<B, E>,
        target: &mut DeviceView<B, E>,
    ) -> Result<()> {
        self.transfer(source, target, Command::Upload)
    }

    /// Copies from the device to the host.
    ///
    /// # Errors
    ///
    /// As [`upload`](Queue::upload).
    pub fn download<E: Element>(
        &self,
        source: &DeviceView<B, E>,
        target: &mut HostView<B, E>,
    ) -> Result<()> {
        self.transfer(source, target, Command::Download)
    }

    /// Copies on the device.
    ///
    /// # Errors
    ///
    /// As [`upload`](Queue::upload).
    pub fn copy<E: Element>(
        &self,
        source: &DeviceView<B, E>,
        target: &mut DeviceView<B, E>,
    ) -> Result<()> {
        self.transfer(source, target, Command::Copy)
    }

    /// Sets all elements to `value`.
    ///
    /// # Errors
    ///
    /// As [`upload`](Queue::upload).
    pub fn fill<E: Element>(&self, target: &mut DeviceView<B, E>, value: E) -> Result<()> {
        let pattern = Bytes::from_slice(bytemuck::bytes_of(&value));
        let mut command = Command::Fill(target.region()?, pattern);
        self.enqueue(&[target.writing()], &mut command)
    }

    /// Fills with garbage.
    pub(crate) fn spoil<E: Element>(&self, target: &mut DeviceView<B, E>) -> Result<()> {
        if target.is_empty() {
            return Ok(());
        }
        let mut command = Command::Fill(target.region()?, garbage::pattern::<E>());
        self.enqueue(&[target.writing()], &mut command)
    }

    /// Runs a kernel over `grid` work-items. `arguments` is a tuple: `&view` to read, `&mut view` to write,
    /// scalars by value.
    ///
    /// # Errors
    ///
    /// As [`upload`](Queue::upload), and when number or types of the arguments do not fit the kernel or no
    /// buffer is among them: nobody could wait for such a launch.
    pub fn launch(
        &self,
        kernel: &B::Kernel,
        grid: impl Into<Grid>,
        arguments: impl KernelArguments<B>,
    ) -> Result<()> {
        let mut launch = Launch {
            arguments: Arguments::new(),
            uses: SmallVec::new(),
        };
        arguments.collect(&mut launch)?;
        if launch.uses.is_empty() {
            return Err(command_error(&[], Problem::UsesNothing));
        }
        B::check_launch(kernel, &launch.arguments)
            .map_err(|problem| command_error(&launch.uses, problem))?;
        let mut command = Command::Launch(kernel.clone(), grid.into(), launch.arguments);
        self.enqueue(&launch.uses, &mut command)
    }

    /// Enqueues a marker: its event is the completion of everything enqueued before.
    ///
    /// # Errors
    ///
    /// [`Error::Setup`] with what the device says.
    pub fn marker(&self) -> Result<Event> {
        let event = self.mark(&[], None, 0);
        event.map_err(|failure| Error::setup("a marker", failure))
    }

    /// A marker for the end of a stage, which fails if `data` failed.
    fn mark(&self, data: &[Event], origin: Option<Origin>, moment: u64) -> Result<Event, Failure> {
        let mut command = Command::Marker;
        let submission = Submission {
            data,
            origin,
            moment,
            ..Submission::alone(&mut command)
        };
        // SAFETY: a marker touches no memory.
        unsafe { self.submit(submission) }
    }

    /// Enqueues a barrier: everything enqueued afterwards is behind `events`, well over or not.
    ///
    /// # Errors
    ///
    /// [`Error::Setup`] with what the device says.
    pub fn barrier(&self, events: &[Event]) -> Result<()> {
        let mut command = Command::Barrier;
        let submission = Submission {
            order: events,
            ..Submission::alone(&mut command)
        };
        // SAFETY: a barrier touches no memory.
        let event = unsafe { self.submit(submission) };
        event.map_err(|failure| Error::setup("a barrier", failure))?;
        Ok(())
    }

    pub(crate) fn raw(&self) -> &B::RawQueue {
        &self.inner.raw
    }

    /// Blocks this thread until everything enqueued so far is over. For programs without an executor and for
    /// shutdown; a task awaits its pipeline instead.
    pub fn finish(&self) {
        B::finish(&self.inner.raw);
    }

    fn transfer<S, T, E: Element>(
        &self,
        source: &View<S, E>,
        target: &mut View<T, E>,
        command: impl FnOnce(Region<S>, Region<T>) -> Command<B>,
    ) -> Result<()> {
        let uses = [source.reading(), target.writing()];
        if source.len() != target.len() {
            let (source_len, target_len) = (source.len(), target.len());
            let problem = Problem::Length {
                source_len,
                target_len,
            };
            return Err(command_error(&uses[1..], problem));
        }
        let mut command = command(source.region()?, target.region()?);
        self.enqueue(&uses, &mut command)
    }

    /// Enqueues a command behind what its uses need, and notes it with each of them.
    fn enqueue(&self, uses: &[Use<'_>], command: &mut Command<B>) -> Result<()> {
        let before = self.begin(uses)?;
        let needs = &before.needs;
        let watch = self.watch();
        if let Some(watch) = watch {
            watch.look();
        }
        let order = waits::necessary(&self.inner.knowledge, &needs.order);
        let call = uses.first().map(|used| used.pass.lease().call());
        let submission = Submission {
            command,
            order: &order,
            data: &needs.data,
            origin: call.map(Call::origin),
            moment: call.map_or(0, Call::moment),
            signals: call.is_none_or(Call::signals),
            uses,
        };
        // SAFETY: the views are of guards that are held (`begin`), whose grants exclude conflicting users but
        // those whose events are in the tracks. `necessary` leaves out only what is over or ordered already.
        // Views check their ranges when they give a region, and `launch` its arguments.
        let event = unsafe { self.submit(submission) };
        let event = event.map_err(|failure| refused(uses, &failure))?;
        // What is noted may let others forget what is over.
        if let Some(watch) = watch {
            watch.look();
        }
        before.record(uses, &event);
        if let Some(watch) = watch {
            let leases = uses.iter().map(|used| used.pass.lease());
            leases.for_each(|lease| watch.learned(lease.call().id()));
        }
        if let (Some(used), true) = (uses.first(), uses.iter().all(Use::reads)) {
            used.pass.lease().end_behind(event);
        }
        Ok(())
    }

    /// # Safety
    ///
    /// As [`Backend::submit`].
    unsafe fn submit(&self, submission: Submission<'_, B>) -> Result<Event, Failure> {
        let order = submission.order;
        // SAFETY: passed on to the caller.
        let event = unsafe { B::submit(&self.inner.raw, submission)? };
        waits::learn(&self.inner.knowledge, order, event.position());
        Ok(event)
    }

    /// What a command must be behind, if its views are good for this queue.
    fn begin(&self, uses: &[Use<'_>]) -> Result<Before> {
        let id = self.inner.id;
        if let Some(elsewhere) = uses.iter().find(|used| used.pass.queue() != id) {
            return Err(at(elsewhere.pass.lease(), Problem::WrongQueue));
        }
        Before::of(uses, id).map_err(|lease| at(lease, Problem::HandedOn))
    }
}

fn at(lease: &Lease, problem: Problem) -> Error {
    Error::Command {
        site: lease.site(),
        problem: Box::new(problem),
    }
}

fn refused(uses: &[Use<'_>], failure: &Failure) -> Error {
    command_error(uses, Problem::Refused(failure.to_string()))
}

/// The error of a command with these uses. One that uses nothing is named by its problem alone.
fn command_error(uses: &[Use<'_>], problem: Problem) -> Error {
    match uses.first() {
        Some(used) => at(used.pass.lease(), problem),
        None => Error::setup("a command", Failure::new(None, problem.to_string())),
    }
}
