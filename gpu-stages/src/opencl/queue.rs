//! OpenCL command queues.

use super::after_failure::AfterFailure;
use super::aftercare;
use super::backend::OpenCl;
use super::cl::{self, ClEvent, Code, CommandQueue, call, check};
use super::dependencies::{self, dependencies, first_failure};
use super::device::Device;
use super::event::{self, Completion, Dependencies, Enqueued};
use super::fence::{DeferredFailure, Fence};
use super::kernel::{self, Kernel};
use super::memory::{HostMemory, Memory};
use super::native_queue::NativeQueue;
use super::timed::{self, DeviceClock};
use crate::backend::{Command, Identity, Region, Submission};
use crate::error::{Failure, Origin};
use crate::observe::{self, Enqueuing, Interest};
use crate::sync::event::{CommandName, Event, first_pending};
use crate::sync::waits::OtherWait;
use crate::util::primitives::Arc;
use cl_sys as sys;
use std::ptr;

/// An OpenCL command queue.
#[derive(Debug)]
pub struct RawQueue {
    native: Arc<NativeQueue>,
    device: Device,
}

impl RawQueue {
    pub(super) fn open(device: &Device, identity: Identity) -> Result<Self, Failure> {
        event::start()?;
        let (context, is_timed) = (device.context(), observe::wants(Interest::COMMANDS));
        let queue = context
            .queue(device.id(), is_timed)
            .map_err(Code::failure)?;
        let clock = is_timed.then(|| DeviceClock(device.id().addr()));
        let native = NativeQueue::new(queue, context.id(), identity, clock);
        Ok(RawQueue {
            native: Arc::new(native),
            device: device.clone(),
        })
    }

    pub(super) fn fills_new_versions(&self) -> bool {
        self.device.fills_new_versions()
    }

    pub(super) fn device(&self) -> &Device {
        &self.device
    }

    pub(super) fn flush(&self) {
        self.native.flush();
    }

    pub(super) fn finish(&self) {
        let told = OtherWait::of_thread(self.native.identity.id, first_pending::<Completion>);
        aftercare::finish(&self.native);
        drop(told);
    }

    /// Whether `event` is of the same context.
    pub(super) fn can_wait(&self, event: &Event) -> bool {
        dependencies::can_wait(self.native.context, event)
    }

    /// # Safety
    ///
    /// As [`Backend::submit`](crate::Backend::submit).
    pub(super) unsafe fn submit(
        &self,
        submission: Submission<'_, OpenCl>,
    ) -> Result<Event, Failure> {
        let Submission {
            command,
            order,
            data,
            origin,
            moment,
            signals,
            uses: _,
        } = submission;
        let refused = |message: String| Failure::new(origin, message);
        let failed = first_failure(order, data, moment);
        let waits = dependencies::wait_list(&self.native, order).map_err(refused)?;
        let waits = self.native.one_by_one(waits);
        let waits = waits.map_err(|code| refused(code.to_string()))?;
        let name = CommandName {
            origin,
            what: command.what(Kernel::shared_name),
        };
        if let Some(failure) = failed {
            let event = self.fail(&waits, name, failure);
            let event = event.map_err(|code| refused(code.to_string()))?;
            timed::failed(self.enqueuing(origin, command));
            return Ok(event);
        }
        let kept = kept_by(command);
        let enqueuing = self.enqueuing(origin, command);
        let clock = self.native.clock;
        let signals = signals || self.native.after_failure() == AfterFailure::OthersRun;
        let has_event = signals || timed::needs_event(clock, enqueuing.as_ref());
        let (native, position) = self
            .native
            // SAFETY: passed on to the caller.
            .enqueue(|queue| unsafe { enqueue(queue, command, &waits, has_event) })
            .map_err(refused)?;
        let enqueued = Enqueued {
            position,
            native: timed::enqueued(clock, enqueuing, native, signals),
            command: name,
            moment,
            dependencies: dependencies(order, data),
            deferred: None,
        };
        if let Some(memory) = kept {
            self.native.leftovers.keep(position, memory);
            aftercare::begin(&self.native);
        }
        self.native.release_memory();
        Ok(Completion::pending(&self.native, enqueued).into())
    }

    /// The event of a command that is not enqueued because it uses the data of a failed one. In its place stands a
    /// marker that waits for `waits`, so that everything after it is ordered after those.
    fn fail(
        &self,
        waits: &[sys::cl_event],
        command: CommandName,
        failure: Arc<Failure>,
    ) -> cl::Result<Event> {
        let (marker, position) = self.native.positioned_marker(waits)?;
        self.native.flush();
        let fence = Fence::at(marker);
        let enqueued = Enqueued {
            position,
            native: None,
            command,
            moment: 0,
            dependencies: Dependencies::new(),
            deferred: Some(DeferredFailure { failure, fence }),
        };
        Ok(Completion::pending(&self.native, enqueued).into())
    }

    fn enqueuing(&self, origin: Option<Origin>, command: &Command<OpenCl>) -> Option<Enqueuing> {
        let what = || command.what(Kernel::shared_name);
        Enqueuing::begin(origin, self.native.identity.id, what)
    }
}

impl Drop for RawQueue {
    /// What is enqueued still runs; the host memory that it uses is released afterwards (`aftercare.rs`).
    fn drop(&mut self) {
        self.native.flush();
    }
}

/// Host memory of a command: the driver keeps its own buffers, but not what a pointer leads to.
fn kept_by(command: &Command<OpenCl>) -> Option<Arc<HostMemory>> {
    match command {
        Command::Upload(source, _) => Some(source.memory.clone()),
        Command::Download(_, target) => Some(target.memory.clone()),
        _ => None,
    }
}

/// # Safety
///
/// As [`Backend::submit`](crate::Backend::submit).
unsafe fn enqueue(
    queue: &CommandQueue,
    command: &Command<OpenCl>,
    waits: &[sys::cl_event],
    signals: bool,
) -> Result<Option<ClEvent>, String> {
    let mut event = ptr::null_mut();
    let slot = if signals {
        &raw mut event
    } else {
        ptr::null_mut()
    };
    let (count, list) = cl::wait_list(waits);
    let code = match command {
        // OpenCL knows no empty transfers.
        Command::Upload(source, target) if source.bytes > 0 => call!(clEnqueueWriteBuffer(
            queue.0,
            target.memory.handle(),
            sys::CL_FALSE,
            target.offset,
            source.bytes,
            source
                .memory
                .start()
                .as_ptr()
                .wrapping_add(source.offset)
                .cast(),
            count,
            list,
            slot,
        )),
        Command::Download(source, target) if source.bytes > 0 => call!(clEnqueueReadBuffer(
            queue.0,
            source.memory.handle(),
            sys::CL_FALSE,
            source.offset,
            source.bytes,
            target
                .memory
                .start()
                .as_ptr()
                .wrapping_add(target.offset)
                .cast(),
            count,
            list,
            slot,
        )),
        Command::Copy(source, target) if source.bytes > 0 => call!(clEnqueueCopyBuffer(
            queue.0,
            source.memory.handle(),
            target.memory.handle(),
            source.offset,
            target.offset,
            source.bytes,
            count,
            list,
            slot,
        )),
        Command::Fill(
            Region {
                memory,
                offset,
                bytes,
            },
            pattern,
        ) if *bytes > 0 => {
            let memory: &Arc<Memory> = memory;
            // The sizes of patterns (OpenCL 1.2 specification, 5.2.2).
            if !pattern.len().is_power_of_two() || pattern.len() > 128 {
                return Err(format!(
                    "OpenCL fills with patterns of 1, 2, 4, … 128 bytes, not with elements of {} bytes",
                    pattern.len()
                ));
            }
            call!(clEnqueueFillBuffer(
                queue.0,
                memory.handle(),
                pattern.as_ptr().cast(),
                pattern.len(),
                *offset,
                *bytes,
                count,
                list,
                slot,
            ))
        }
        Command::Launch(kernel, grid, arguments) if grid.global.iter().all(|&n| n > 0) => {
            let launch = kernel::Launch {
                queue: queue.0,
                grid: *grid,
                waits: (count, list),
                event: slot,
            };
            return kernel.launch(arguments, launch).map(|()| made(event));
        }
        Command::Barrier => call!(clEnqueueBarrierWithWaitList(queue.0, count, list, slot)),
        _ => call!(clEnqueueMarkerWithWaitList(queue.0, count, list, slot)),
    };
    check(code).map_err(|code| code.to_string())?;
    Ok(made(event))
}

fn made(event: sys::cl_event) -> Option<ClEvent> {
    (!event.is_null()).then(|| ClEvent(event))
}
