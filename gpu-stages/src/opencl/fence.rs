//! [`Fence`]: when a failed command's memory is free.
//!
//! OpenCL says that a command does not run if an event in its wait list has failed. It does not say when such a command
//! counts as over: PoCL says at once, while other commands that it waits for may still run. Later uses of the memory
//! rely on the order after those. So a failure is reported only when a *fence* has passed: a marker ordered after all
//! queues that the command's own queue was ever ordered after.

use super::cl::{self, ClEvent, WaitList};
use super::native_queue::NativeQueue;
use crate::error::Failure;
use crate::util::primitives::Arc;
use cl_sys as sys;
use smallvec::SmallVec;

/// Markers that must be over before a failure is reported.
#[derive(Debug)]
pub(super) struct Fence(SmallVec<[ClEvent; 1]>);

/// A failure that is reported once its fence has passed.
#[derive(Debug)]
pub(super) struct DeferredFailure {
    pub failure: Arc<Failure>,
    pub fence: Fence,
}

impl Fence {
    /// A fence that has passed.
    pub fn passed() -> Self {
        Fence(SmallVec::new())
    }

    pub fn at(marker: ClEvent) -> Self {
        Fence(SmallVec::from_iter([marker]))
    }

    /// A marker on `queue`, ordered after everything that is enqueued by now on it and on the queues that it was ever
    /// ordered after. What comes next on `queue` is ordered after the marker.
    pub fn on(queue: &Arc<NativeQueue>) -> Self {
        let queues = all_ordered_after(queue);
        let mark = |queue: &Arc<NativeQueue>| {
            let marker = queue.marker(&[]).ok()?;
            queue.flush();
            Some(marker)
        };
        // A stuck queue runs nothing any more.
        let others = queues[1..].iter().filter(|queue| !queue.is_stuck());
        let others = Fence(others.filter_map(mark).collect());
        if queue.is_stuck() {
            return others;
        }
        let own = queue.marker(&others.natives()).ok();
        queue.flush();
        Fence(own.into_iter().collect())
    }

    /// The markers, which are alive as long as the fence is.
    pub fn natives(&self) -> WaitList {
        self.0.iter().map(|event| event.0).collect()
    }
}

/// `queue`, and all queues that it was ever ordered after, directly or through others.
fn all_ordered_after(queue: &Arc<NativeQueue>) -> Vec<Arc<NativeQueue>> {
    let mut queues = vec![queue.clone()];
    let mut index = 0;
    while let Some(queue) = queues.get(index) {
        for other in queue.ordered_after() {
            if !queues.iter().any(|known| Arc::ptr_eq(known, &other)) {
                queues.push(other);
            }
        }
        index += 1;
    }
    queues
}

/// Whether all of a fence's markers are over, well or not. The markers must be alive.
pub(super) fn has_passed(markers: &[sys::cl_event]) -> bool {
    markers
        .iter()
        .all(|&marker| cl::event_status(marker).is_ok_and(|status| status <= 0))
}
