//! OpenCL command queues.

use super::cl::{self, ClEvent, Code, CommandQueue, ContextId, call, check, wait_list};
use super::device::Device;
use super::event::{Causes, Completion, Enqueued};
use super::memory::{HostMemory, Memory};
use super::{OpenCl, kernel};
use crate::backend::{Command, Identity, Region, Submission};
use crate::error::Failure;
use crate::event::{Event, Events};
use crate::order::Position;
use crate::reaper;
use crate::sync::{Arc, AtomicBool, AtomicU64, Mutex, Ordering, lock};
use crate::waits;
use cl_sys as sys;
use smallvec::SmallVec;
use std::collections::VecDeque;
use std::ptr;

/// An OpenCL command queue.
#[derive(Debug)]
pub struct RawQueue {
    line: Arc<Line>,
    kept: Mutex<VecDeque<Kept>>,
}

/// The part of a queue that its events need.
#[derive(Debug)]
pub(super) struct Line {
    queue: CommandQueue,
    /// Events of one context only can wait for each other.
    pub context: ContextId,
    pub identity: Identity,
    /// Commands so far.
    enqueued: AtomicU64,
    unflushed: AtomicBool,
}

/// Host memory of a command: the driver keeps its own buffers, but not what a pointer leads to.
#[derive(Debug)]
struct Kept {
    event: Event,
    memory: Arc<HostMemory>,
}

impl Kept {
    fn is_over(&self) -> bool {
        let record = self.event.record::<Completion>();
        record.is_none_or(Completion::is_done_with_memory)
    }
}

type Waits = SmallVec<[sys::cl_event; 8]>;

impl Line {
    pub fn new(queue: CommandQueue, context: ContextId, identity: Identity) -> Self {
        Line {
            queue,
            context,
            identity,
            enqueued: AtomicU64::new(0),
            unflushed: AtomicBool::new(false),
        }
    }

    pub fn can_wait(&self, event: &Event) -> bool {
        let record = event.record::<Completion>();
        record.is_some_and(|record| record.is_of(self.context))
    }

    /// Begins what is enqueued, once.
    pub fn flush(&self) {
        if self.unflushed.swap(false, Ordering::AcqRel) {
            // What fails here shows in the events.
            let _ = self.queue.flush();
        }
    }

    pub fn marker(&self) -> cl::Result<ClEvent> {
        let marker = self.queue.marker(&[]);
        self.unflushed.store(true, Ordering::Release);
        marker
    }

    /// A marker of a command of its own.
    pub fn positioned_marker(&self) -> cl::Result<(ClEvent, Position)> {
        let earliest = self.enqueued.load(Ordering::Acquire);
        let marker = self.marker()?;
        Ok((marker, self.position_since(earliest)))
    }

    /// Puts everything that follows behind `events`.
    pub fn barrier(&self, events: &[Event]) -> cl::Result<()> {
        let waits = natives(events).ok_or(Code(sys::CL_INVALID_EVENT_WAIT_LIST))?;
        let (count, list) = wait_list(&waits);
        let earliest = self.enqueued.load(Ordering::Acquire);
        check(call!(clEnqueueBarrierWithWaitList(
            self.queue.0,
            count,
            list,
            ptr::null_mut(),
        )))?;
        let position = self.position_since(earliest);
        waits::learn(&self.identity.knowledge, events, position);
        Ok(())
    }

    pub fn finish(&self) {
        self.unflushed.store(false, Ordering::Release);
        // What fails shows in the events.
        let _ = self.queue.finish();
    }

    /// The position of a command that was enqueued when `earliest` had been.
    fn position_since(&self, earliest: u64) -> Position {
        let latest = self.enqueued.fetch_add(1, Ordering::AcqRel) + 1;
        Position { earliest, latest }
    }
}

impl RawQueue {
    pub(super) fn open(device: &Device, identity: Identity) -> Result<Self, Failure> {
        let queue = device.context().queue(device.id()).map_err(Code::failure)?;
        Ok(RawQueue {
            line: Arc::new(Line::new(queue, device.context().id(), identity)),
            kept: Mutex::default(),
        })
    }

    pub(super) fn flush(&self) {
        self.line.flush();
    }

    pub(super) fn finish(&self) {
        self.line.finish();
    }

    /// Whether `event` is of the same context.
    pub(super) fn can_wait(&self, event: &Event) -> bool {
        self.line.can_wait(event)
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
            signals,
        } = submission;
        let refused = |message: String| Failure::new(origin, message);
        let waits =
            natives(order).ok_or_else(|| refused("an event cannot be waited for".into()))?;
        let kept = kept_by(&command);
        // Before and after: other threads may enqueue meanwhile.
        let earliest = self.line.enqueued.load(Ordering::Acquire);
        // SAFETY: passed on to the caller.
        let native = unsafe { enqueue(&self.line.queue, command, &waits, signals) };
        let native = native.map_err(refused)?;
        let position = self.line.position_since(earliest);
        self.line.unflushed.store(true, Ordering::Release);
        let event = Completion::pending(
            &self.line,
            Enqueued {
                position,
                native,
                origin,
                causes: causes(data),
            },
        );
        self.keep(kept, &event);
        Ok(event)
    }

    /// Keeps host memory until the command is over, and lets go of what was kept before.
    fn keep(&self, memory: Option<Arc<HostMemory>>, event: &Event) {
        let mut over: SmallVec<[Kept; 4]> = SmallVec::new();
        let mut kept = lock(&self.kept);
        while kept.front().is_some_and(Kept::is_over) {
            over.extend(kept.pop_front());
        }
        if let Some(memory) = memory {
            let event = event.clone();
            kept.push_back(Kept { event, memory });
        }
        drop(kept);
        drop(over);
    }
}

impl Drop for RawQueue {
    /// What is enqueued still runs; the host memory that it uses is let go afterwards.
    fn drop(&mut self) {
        self.line.flush();
        let kept = std::mem::take(&mut *lock(&self.kept));
        if !kept.is_empty() {
            let events: Events = kept.iter().map(|kept| kept.event.clone()).collect();
            let memories: Vec<_> = kept.into_iter().map(|kept| kept.memory).collect();
            reaper::drop_after(memories, events);
        }
    }
}

/// The native events of `order`, which are alive as long as `order` is.
fn natives(order: &[Event]) -> Option<Waits> {
    order
        .iter()
        .map(|event| event.record::<Completion>()?.native())
        .collect()
}

fn causes(data: &[Event]) -> Causes {
    let records = data.iter().filter_map(|event| event.record::<Completion>());
    records.filter_map(Completion::downgrade).collect()
}

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
    command: Command<OpenCl>,
    waits: &[sys::cl_event],
    signals: bool,
) -> Result<Option<ClEvent>, String> {
    let mut event = ptr::null_mut();
    let slot = if signals {
        &raw mut event
    } else {
        ptr::null_mut()
    };
    let (count, list) = wait_list(waits);
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
        ) if bytes > 0 => {
            let memory: Arc<Memory> = memory;
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
                offset,
                bytes,
                count,
                list,
                slot,
            ))
        }
        Command::Launch(kernel, grid, arguments) if grid.global.iter().all(|&n| n > 0) => {
            let launch = kernel::Launch {
                queue: queue.0,
                grid,
                waits: (count, list),
                event: slot,
            };
            return kernel.launch(&arguments, launch).map(|()| made(event));
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
