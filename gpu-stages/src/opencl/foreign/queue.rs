//! Queues of the `ocl` crate.

use crate::backend::Identity;
use crate::call::OpaqueQueue;
use crate::device::command_queue::{CommandQueue, Opaque, Uses, sealed};
use crate::error::{Error, Failure, Origin, Result};
use crate::observe::{Enqueuing, UseId};
use crate::opencl::cl::{self, Code, ContextId, call, check};
use crate::opencl::dependencies::{self, dependencies, first_failure};
use crate::opencl::event::{self, Completion, Dependencies, Enqueued};
use crate::opencl::native_queue::NativeQueue;
use crate::opencl::timed::{self, DeviceClock};
use crate::sync::access::Access;
use crate::sync::clock::QueueId;
use crate::sync::elision;
use crate::sync::event::{CommandName, Event, What};
use crate::util::primitives::{Arc, StaticMutex, lock_static};
use cl_sys as sys;
use smallvec::SmallVec;
use std::any::Any;
use std::sync::Weak;

/// The queues that are in use, by the address of their handles.
static QUEUES: StaticMutex<Vec<(usize, Weak<NativeQueue>)>> = StaticMutex::new(Vec::new());

/// The record of `queue`. There is one at a time, which all uses of the queue share.
fn native(queue: &ocl::Queue) -> Result<Arc<NativeQueue>> {
    let handle = queue.as_core().as_ptr();
    if let Some(native) = known(&lock_static(&QUEUES), handle.addr()) {
        return Ok(native);
    }
    let made =
        open(handle).map_err(|failure| Error::setup("a pipeline's use of a queue", failure))?;
    let mut queues = lock_static(&QUEUES);
    queues.retain(|(_, native)| native.strong_count() > 0);
    if let Some(earlier) = known(&queues, handle.addr()) {
        return Ok(earlier);
    }
    queues.push((handle.addr(), Arc::downgrade(&made)));
    Ok(made)
}

fn known(queues: &[(usize, Weak<NativeQueue>)], handle: usize) -> Option<Arc<NativeQueue>> {
    let found = queues.iter().find(|(known, _)| *known == handle);
    // A record that is upgraded here retains its queue, so that the handle cannot be that of another one.
    found.and_then(|(_, native)| native.upgrade())
}

fn open(handle: sys::cl_command_queue) -> Result<Arc<NativeQueue>, Failure> {
    event::start()?;
    let context = cl::queue_context(handle).map_err(Code::failure)?;
    let properties = cl::queue_properties(handle).map_err(Code::failure)?;
    if properties & sys::CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE != 0 {
        let what = "the queue is out of order; pipelines need queues that are in order";
        return Err(Failure::new(None, what));
    }
    let is_timed = properties & sys::CL_QUEUE_PROFILING_ENABLE != 0;
    let device = is_timed.then(|| cl::queue_device(handle)).transpose();
    let device = device.map_err(Code::failure)?;
    let clock = device.map(|device| DeviceClock(device.addr()));
    check(call!(clRetainCommandQueue(handle))).map_err(Code::failure)?;
    let native = cl::CommandQueue(handle);
    let context = ContextId(context.addr());
    let queue = NativeQueue::new(native, context, Identity::unique(), clock);
    Ok(Arc::new(queue))
}

impl sealed::Sealed for ocl::Queue {}

impl CommandQueue for ocl::Queue {
    /// The queue's identity while it is in use; a new one for a queue that pipelines cannot use.
    fn id(&self) -> QueueId {
        native(self).map_or_else(|_| QueueId::unique(), |native| native.identity.id)
    }

    fn can_wait(&self, event: &Event) -> bool {
        native(self).is_ok_and(|native| dependencies::can_wait(native.context, event))
    }

    fn flush(&self) {
        // The events show what fails here.
        let _ = ocl::core::flush(self.as_core());
    }

    fn begin(&self, uses: &Uses<'_>) -> Result<()> {
        let native = native(self)?;
        let ordered = uses.ordered(native.identity.id);
        let (needs, moment) = (&ordered.needs, ordered.moment);
        let order = elision::necessary(&native.identity.knowledge, &needs.order, |_| {});
        let failed = first_failure(&order, &needs.data, moment);
        if let (Some(failure), Some(first)) = (failed, uses.uses().next()) {
            return Err(first.failed(failure));
        }
        if !order.is_empty() {
            let barrier = barrier(&native, &order);
            let refused = |message: String| {
                Error::not_enqueued("a barrier", ordered.origin, Failure::new(None, message))
            };
            barrier.map_err(refused)?;
        }
        let dependencies = dependencies(&order, &needs.data);
        let queue: Arc<dyn OpaqueQueue> = Arc::new(ForeignUse {
            native,
            origin: ordered.origin,
            moment,
            dependencies,
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

/// Orders everything that follows on `queue` after `events`.
fn barrier(queue: &NativeQueue, events: &[Event]) -> Result<(), String> {
    let refused = |code: Code| code.to_string();
    let waits = dependencies::wait_list(queue, events)?;
    let waits = queue.one_by_one(waits).map_err(refused)?;
    let position = queue.barrier(&waits).map_err(refused)?;
    elision::learn(&queue.identity.knowledge, events, position);
    Ok(())
}

const MARKER: What = What {
    command: "marker",
    kernel: None,
};

/// A stage on a queue of the application's.
#[derive(Debug)]
struct ForeignUse {
    native: Arc<NativeQueue>,
    origin: Option<Origin>,
    moment: u64,
    dependencies: Dependencies,
}

impl OpaqueQueue for ForeignUse {
    fn id(&self) -> QueueId {
        self.native.identity.id
    }

    fn mark(&self, others: &[&dyn OpaqueQueue], _: &[(UseId, Access)]) -> Option<Event> {
        let mut dependencies = self.dependencies.clone();
        for other in others {
            if let Some(other) = other.as_any().downcast_ref::<Self>() {
                dependencies.extend_from_slice(&other.dependencies);
            }
        }
        let enqueuing = Enqueuing::begin(self.origin, self.id(), || MARKER);
        let Ok((native, position)) = self.native.positioned_marker(&[]) else {
            // Without a marker the end of the use is unknown: wait here. It takes a driver that is out of memory.
            self.native.finish();
            return None;
        };
        self.native.flush();
        let enqueued = Enqueued {
            position,
            native: timed::enqueued(self.native.clock, enqueuing, Some(native), true),
            command: CommandName {
                origin: self.origin,
                what: MARKER,
            },
            moment: self.moment,
            dependencies,
            deferred: None,
        };
        Some(Completion::pending(&self.native, enqueued).into())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
