//! [`Queue`]: the commands, and the checks and waits of each of them.

use super::command_queue::{CommandQueue, Opaque, Uses, sealed};
use super::debug_fill;
use super::kernel::{KernelArguments, Launch};
use super::pass::ViewAccess;
use super::view::{DeviceView, HostView, View};
use crate::backend::{
    Arguments, Backend, Bytes, Command, Element, Grid, Identity, Region, Submission,
};
use crate::call::{Ordered, Use};
use crate::error::{Error, Failure, Problem, Result};
use crate::sync::access::Access;
use crate::sync::clock::{Knowledge, QueueId};
use crate::sync::elision;
use crate::sync::event::{Event, Events};
use crate::util::pool::Pooled;
use crate::util::primitives::Arc;
use smallvec::SmallVec;

/// An in-order command queue of a backend.
///
/// Each command waits on the device for exactly what its views need, through its own wait list, and later uses wait for its
/// own event: no further marker or barrier is made. A clone is another handle to the same queue. When the last one is
/// dropped, what is enqueued still runs, and dropping does not wait for it.
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

impl<B: Backend> sealed::Sealed for Queue<B> {}

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

    fn fills_new_versions(&self) -> bool {
        B::fills_new_versions(&self.inner.raw)
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

    /// Fills with the debug pattern.
    pub(crate) fn debug_fill<E: Element>(&self, target: &mut DeviceView<B, E>) -> Result<()> {
        if target.is_empty() {
            return Ok(());
        }
        let mut command = Command::Fill(target.region()?, debug_fill::pattern::<E>());
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
            accesses: SmallVec::new(),
        };
        arguments.collect(&mut launch)?;
        if launch.accesses.is_empty() {
            return Err(command_error(&[], Problem::UsesNothing));
        }
        B::check_launch(kernel, &launch.arguments)
            .map_err(|problem| command_error(&launch.accesses, problem))?;
        let mut command = Command::Launch(kernel.clone(), grid.into(), launch.arguments);
        self.enqueue(&launch.accesses, &mut command)
    }

    /// Enqueues a marker: its event is the completion of everything enqueued before.
    ///
    /// # Errors
    ///
    /// [`Error::Setup`] with what the device says.
    pub fn marker(&self) -> Result<Event> {
        let mut command = Command::Marker;
        let event = self.submit_plain(Submission::alone(&mut command));
        event.map_err(|failure| Error::setup("a marker", failure))
    }

    /// Submits a marker or barrier.
    pub(super) fn submit_plain(&self, submission: Submission<'_, B>) -> Result<Event, Failure> {
        debug_assert!(matches!(
            submission.command,
            Command::Marker | Command::Barrier
        ));
        // SAFETY: markers and barriers touch no memory.
        unsafe { self.submit(submission) }
    }

    /// Enqueues a barrier: everything enqueued afterwards is ordered after `events`, successful or not.
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
        let event = self.submit_plain(submission);
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

    /// Enqueues a command, ordered after what its accesses need, and records it with each of their uses.
    fn enqueue(&self, accesses: &[ViewAccess<'_>], command: &mut Command<B>) -> Result<()> {
        let all = || accesses.iter().map(|it| (it.pass.usage(), it.access));
        let mut ordered = Ordered::default();
        self.order(accesses, &mut ordered)?;
        let order = self.necessary(&ordered);
        let submission = Submission {
            command,
            order: &order,
            data: &ordered.needs.data,
            origin: ordered.origin,
            moment: ordered.moment,
            signals: ordered.signals,
            uses: &ordered.uses,
        };
        // SAFETY: the views are of uses that are granted (`order`). The grants exclude conflicting uses but those whose
        // events are in the dependencies. `necessary` leaves out only what is over or ordered already. Views check their
        // ranges when they give a region, and `launch` its arguments.
        let event = unsafe { self.submit(submission) };
        let event = event.map_err(|failure| refused(accesses, &failure))?;
        ordered.record(all(), &event);
        if accesses.iter().all(|it| it.access == Access::Read) {
            // No later use waits for a read that the call made: its failure reaches the caller.
            accesses[0].pass.usage().end_after(event);
        }
        Ok(())
    }

    /// The events that the queue must wait for. Observers are told which are over.
    pub(super) fn necessary(&self, ordered: &Ordered) -> Events {
        let mut completed = Events::new();
        let is_observed = !ordered.uses.is_empty();
        let order = elision::necessary(&self.inner.knowledge, &ordered.needs.order, |event| {
            if is_observed {
                completed.push(event.clone());
            }
        });
        ordered.observe_completed(&completed);
        order
    }

    /// # Safety
    ///
    /// As [`Backend::submit`].
    unsafe fn submit(&self, submission: Submission<'_, B>) -> Result<Event, Failure> {
        let order = submission.order;
        // SAFETY: passed on to the caller.
        let event = unsafe { B::submit(&self.inner.raw, submission)? };
        elision::learn(&self.inner.knowledge, order, event.position());
        Ok(event)
    }

    /// Adds what a command must be ordered after, if its views are good for this queue.
    fn order(&self, accesses: &[ViewAccess<'_>], ordered: &mut Ordered) -> Result<()> {
        let id = self.inner.id;
        if let Some(elsewhere) = accesses.iter().find(|it| it.pass.queue() != id) {
            return Err(at(elsewhere.pass.usage(), Problem::WrongQueue));
        }
        let all = accesses.iter().map(|it| (it.pass.usage(), it.access));
        let added = ordered.add(all, id);
        added.map_err(|released| at(released, Problem::Released))
    }
}

fn at(usage: &Use, problem: Problem) -> Error {
    Error::Command {
        site: usage.site(),
        problem: Box::new(problem),
    }
}

fn refused(accesses: &[ViewAccess<'_>], failure: &Failure) -> Error {
    command_error(accesses, Problem::Refused(failure.to_string()))
}

/// The error of a command with these accesses. A command without any is named by its problem alone.
fn command_error(accesses: &[ViewAccess<'_>], problem: Problem) -> Error {
    match accesses.first() {
        Some(first) => at(first.pass.usage(), problem),
        None => Error::setup("a command", Failure::new(None, problem.to_string())),
    }
}
