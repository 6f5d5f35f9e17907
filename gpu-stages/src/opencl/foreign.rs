//! Queues and buffers of the `ocl` crate in pipelines: an application keeps them and only annotates.
//!
//! What is enqueued on an [`ocl::Queue`] goes past the library. So a device stage begins with a barrier for what
//! its resources need, if they need anything, and ends with a marker where somebody else comes next. Order is
//! promised for uses through the pipeline, provided that every buffer that a kernel touches is mentioned in its
//! stage; what a stage enqueues is the application's, and its `unsafe`.
//!
//! ```no_run
//! use gpu_stages::{Error, gpu_pipeline};
//!
//! #[gpu_pipeline]
//! async fn scale(
//!     #[queue] queue: ocl::Queue,
//!     #[reads] input: ocl::Buffer<f32>,
//!     #[writes] output: ocl::Buffer<f32>,
//!     kernel: ocl::Kernel,
//! ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
//!     {
//!         let target = &mut output;
//!         kernel.set_arg(0, &input)?;
//!         kernel.set_arg(1, &*target)?;
//!         // SAFETY: the kernel stays inside its two buffers.
//!         unsafe { kernel.cmd().queue(&queue).enq()? };
//!     }
//!     Ok(())
//! }
//! ```
//!
//! Where a kernel was given its queue and arguments before, the stage is opaque and says what they are:
//!
//! ```no_run
//! # use gpu_stages::gpu_pipeline;
//! #[gpu_pipeline]
//! async fn scale(
//!     #[queue] queue: ocl::Queue,
//!     #[reads] input: ocl::Buffer<f32>,
//!     #[writes] output: ocl::Buffer<f32>,
//!     kernel: ocl::Kernel,
//! ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
//!     #[stage(queue = queue, reads(input), writes(output))]
//!     // SAFETY: the kernel stays inside its two buffers, which are those of the resources.
//!     unsafe {
//!         kernel.enq()?
//!     };
//!     Ok(())
//! }
//! ```

use super::cl::{CommandQueue as ClQueue, ContextId, call, check};
use super::device::Device;
use super::event::{Completion, Enqueued};
use super::failure::Causes;
use super::line::{Line, causes, first_failure};
use super::memory::HostMemory;
use super::timed::DeviceClock;
use crate::backend::{Element, Identity};
use crate::call::OpaqueQueue;
use crate::device::command_queue::{CommandQueue, Opaque, Uses, sealed};
use crate::device::pass::Pass;
use crate::device::view::{SingleView, View};
use crate::device::visible::{DeviceVisible, Length};
use crate::error::{Error, Failure, Origin, Result};
use crate::observe::device_times::What;
use crate::observe::{Enqueuing, UseId};
use crate::sync::access::Access;
use crate::sync::clock::QueueId;
use crate::sync::elision;
use crate::sync::event::Event;
use crate::util::primitives::{Arc, StaticMutex, lock_static};
use cl_sys as sys;
use ocl::OclPrm;
use smallvec::SmallVec;
use std::any::Any;
use std::ops::{Deref, DerefMut};
use std::ptr;
use std::sync::Weak;

/// The queues that are in use, by their handles.
static LINES: StaticMutex<Vec<(usize, Weak<Line>)>> = StaticMutex::new(Vec::new());

/// What the library knows of `queue`. While it is in use by anybody, all ask the same.
fn line_of(queue: &ocl::Queue) -> Result<Arc<Line>> {
    let handle = queue.as_core().as_ptr();
    if let Some(line) = known(handle.addr()) {
        return Ok(line);
    }
    let made =
        open(handle).map_err(|failure| Error::setup("a pipeline's use of a queue", failure))?;
    let mut lines = lock_static(&LINES);
    lines.retain(|(_, line)| line.strong_count() > 0);
    let earlier = lines.iter().find(|(known, _)| *known == handle.addr());
    if let Some(line) = earlier.and_then(|(_, line)| line.upgrade()) {
        return Ok(line);
    }
    lines.push((handle.addr(), Arc::downgrade(&made)));
    Ok(made)
}

fn known(handle: usize) -> Option<Arc<Line>> {
    let lines = lock_static(&LINES);
    let found = lines.iter().find(|(known, _)| *known == handle);
    // A queue that is upgraded here is retained, so that its handle cannot stand for another one.
    found.and_then(|(_, line)| line.upgrade())
}

fn open(handle: sys::cl_command_queue) -> Result<Arc<Line>, Failure> {
    let mut context: sys::cl_context = ptr::null_mut();
    let mut properties: sys::cl_command_queue_properties = 0;
    let failed = |code: super::cl::Code| code.failure();
    check(call!(clGetCommandQueueInfo(
        handle,
        sys::CL_QUEUE_CONTEXT,
        size_of_val(&context),
        (&raw mut context).cast(),
        ptr::null_mut(),
    )))
    .map_err(failed)?;
    check(call!(clGetCommandQueueInfo(
        handle,
        sys::CL_QUEUE_PROPERTIES,
        size_of_val(&properties),
        (&raw mut properties).cast(),
        ptr::null_mut(),
    )))
    .map_err(failed)?;
    if properties & sys::CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE != 0 {
        let what = "the queue is out of order; pipelines need queues that are in order";
        return Err(Failure::new(None, what));
    }
    let is_timed = properties & sys::CL_QUEUE_PROFILING_ENABLE != 0;
    let clock = is_timed.then(|| device_of(handle)).transpose();
    let clock = clock.map_err(failed)?;
    check(call!(clRetainCommandQueue(handle))).map_err(failed)?;
    let identity = Identity::unique();
    let context = ContextId(context.addr());
    let line = Line::new(ClQueue(handle), context, identity, clock);
    Ok(Arc::new(line))
}

fn device_of(handle: sys::cl_command_queue) -> Result<DeviceClock, super::cl::Code> {
    let mut id: sys::cl_device_id = ptr::null_mut();
    check(call!(clGetCommandQueueInfo(
        handle,
        sys::CL_QUEUE_DEVICE,
        size_of_val(&id),
        (&raw mut id).cast(),
        ptr::null_mut(),
    )))?;
    Ok(DeviceClock(id.addr()))
}

impl sealed::Sealed for ocl::Queue {}

impl CommandQueue for ocl::Queue {
    /// The queue's identity while it is in use; a new one for a queue that pipelines cannot use.
    fn id(&self) -> QueueId {
        line_of(self).map_or_else(|_| QueueId::unique(), |line| line.identity.id)
    }

    fn can_wait(&self, event: &Event) -> bool {
        line_of(self).is_ok_and(|line| line.can_wait(event))
    }

    fn flush(&self) {
        // What fails here shows in the events.
        let _ = ocl::core::flush(self.as_core());
    }

    fn begin(&self, uses: &Uses<'_>) -> Result<()> {
        let line = line_of(self)?;
        let ordered = uses.ordered(line.identity.id);
        let (needs, moment) = (&ordered.needs, ordered.moment);
        let order = elision::necessary(&line.identity.knowledge, &needs.order, |_| {});
        let failed = first_failure(&order, &needs.data, moment);
        if let (Some(failure), Some(first)) = (failed, uses.uses().next()) {
            return Err(first.failed(failure));
        }
        if !order.is_empty() {
            let barrier = line.barrier(&order);
            barrier.map_err(|code| Error::setup("a barrier", code.failure()))?;
        }
        let causes = causes(&order, &needs.data);
        let queue: Arc<dyn OpaqueQueue> = Arc::new(ForeignUse {
            line,
            origin: ordered.origin,
            moment,
            causes,
        });
        // They end where their guards leave the queue.
        drop(uses.open(&queue, &ordered));
        Ok(())
    }

    /// All uses on this queue are opaque, from `begin` until their guards leave it.
    fn open(&self, _: &Uses<'_>) -> Result<Opaque> {
        Ok(Opaque::new(SmallVec::new()))
    }
}

/// A stage on a queue of the application's.
#[derive(Debug)]
struct ForeignUse {
    line: Arc<Line>,
    origin: Option<Origin>,
    moment: u64,
    causes: Causes,
}

impl OpaqueQueue for ForeignUse {
    fn id(&self) -> QueueId {
        self.line.identity.id
    }

    fn mark(&self, others: &[&dyn OpaqueQueue], _: &[(UseId, Access)]) -> Option<Event> {
        let mut causes = self.causes.clone();
        for other in others {
            if let Some(other) = other.as_any().downcast_ref::<Self>() {
                causes.extend_from_slice(&other.causes);
            }
        }
        let enqueuing = Enqueuing::begin(self.origin, self.id(), || What {
            command: "marker",
            kernel: None,
        });
        let Ok((native, position)) = self.line.positioned_marker() else {
            // Without a marker nobody would know: wait here. It takes a driver that is out of memory.
            self.line.finish();
            return None;
        };
        self.line.flush();
        let native = self.line.time(enqueuing, Some(native), true);
        Some(Completion::pending(
            &self.line,
            Enqueued {
                position,
                native,
                origin: self.origin,
                moment: self.moment,
                causes,
                failing: None,
            },
        ))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// What a guard keeps of an [`ocl::Buffer`]: another handle to it.
#[derive(Debug)]
pub struct BufferHandle<T: OclPrm>(ocl::Buffer<T>);

impl<T: OclPrm> Deref for BufferHandle<T> {
    type Target = ocl::Buffer<T>;

    fn deref(&self) -> &ocl::Buffer<T> {
        &self.0
    }
}

impl<T: OclPrm> DerefMut for BufferHandle<T> {
    fn deref_mut(&mut self) -> &mut ocl::Buffer<T> {
        &mut self.0
    }
}

impl<T: OclPrm> SingleView for BufferHandle<T> {}

// SAFETY: a buffer is a handle, which devices do not write; what is enqueued with it is the application's `unsafe`.
unsafe impl<T: OclPrm> DeviceVisible for ocl::Buffer<T> {
    type Holder = BufferHandle<T>;
    type Views<'a> = &'a ocl::Buffer<T>;
    type ViewsMut<'a> = &'a mut ocl::Buffer<T>;
    type Facts = Length;

    fn hold(&self, _: &Pass) -> Self::Holder {
        BufferHandle(self.clone())
    }

    fn views(holder: &Self::Holder) -> Self::Views<'_> {
        holder
    }

    fn views_mut(holder: &mut Self::Holder) -> Self::ViewsMut<'_> {
        holder
    }

    fn facts(&self) -> Length {
        Length(self.len())
    }
}

impl Device {
    /// The device and context that `queue` belongs to, for host buffers that are transferred on it.
    ///
    /// # Errors
    ///
    /// [`Error::Setup`] with what the driver says.
    pub fn of_queue(queue: &ocl::Queue) -> Result<Self> {
        Device::adopt(queue.as_core().as_ptr()).map_err(|code| code.setup("a device"))
    }
}

impl<E: Element, Tail: ?Sized> View<HostMemory, E, Tail> {
    /// The memory, for a transfer that is enqueued by hand on the queue that the view was waited for on.
    ///
    /// # Safety
    ///
    /// The slice is used for nothing but commands on that queue, enqueued before the stage ends.
    ///
    /// # Errors
    ///
    /// [`Error::Command`] when the view is of a range that is not there.
    pub unsafe fn as_slice(&self) -> Result<&[E]> {
        let region = self.region()?;
        let start = region.memory.start().as_ptr().wrapping_add(region.offset);
        // SAFETY: the region lies inside its memory, which the buffer keeps; the caller does not touch it while
        // devices may.
        Ok(unsafe { std::slice::from_raw_parts(start.cast(), self.len()) })
    }

    /// As [`as_slice`](View::as_slice), for a transfer to the host.
    ///
    /// # Safety
    ///
    /// As [`as_slice`](View::as_slice).
    ///
    /// # Errors
    ///
    /// As [`as_slice`](View::as_slice).
    pub unsafe fn as_mut_slice(&mut self) -> Result<&mut [E]> {
        let region = self.region()?;
        let start = region.memory.start().as_ptr().wrapping_add(region.offset);
        // SAFETY: as in `as_slice`, and `&mut self`.
        Ok(unsafe { std::slice::from_raw_parts_mut(start.cast(), self.len()) })
    }
}
