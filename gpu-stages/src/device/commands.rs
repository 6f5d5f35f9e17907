//! The commands of a [`Queue`], and the checks and waits of each.

use super::debug_fill;
use super::kernel::{KernelArguments, Launch};
use super::pass::ViewAccess;
use super::queue::{Queue, running_stage};
use super::view::{DeviceView, HostView, View};
use crate::backend::{Arguments, Backend, Bytes, Command, Element, Grid, Region, Submission};
use crate::call::{Ordered, Use};
use crate::error::{Error, Failure, Problem, Result};
use crate::sync::access::Access;
use smallvec::SmallVec;

impl<B: Backend> Queue<B> {
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
    /// buffer is among them: no use could wait for such a launch.
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
        self.check_device(accesses, command)?;
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
        // ranges when they give a region, and `launch` its arguments. `check_device` was called.
        let event = unsafe { self.submit(submission) };
        let event = event.map_err(|failure| refused(accesses, &failure))?;
        ordered.record(all(), &event);
        if accesses.iter().all(|it| it.access == Access::Read) {
            // No later use waits for a read that the call made: its failure reaches the caller.
            accesses[0].pass.usage().end_after(event);
        }
        Ok(())
    }

    /// Checks that the kernel, and the memory of each access, are of this queue's device.
    fn check_device(&self, accesses: &[ViewAccess<'_>], command: &Command<B>) -> Result<()> {
        let checked = command.check_each(|used| B::check_device(self.raw(), used));
        checked.map_err(|(access, problem)| command_error(&accesses[access..], problem))
    }

    /// Adds what a command must be ordered after, if its views are good for this queue.
    fn order(&self, accesses: &[ViewAccess<'_>], ordered: &mut Ordered) -> Result<()> {
        let id = self.identity();
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
        None => {
            let failure = Failure::new(None, problem.to_string());
            Error::not_enqueued("a launch", running_stage(), failure)
        }
    }
}
