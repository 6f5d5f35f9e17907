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
#[derive(Debug, Default)]
pub(super) struct Fence {
    /// A marker that fails early says nothing of what it waited for: so each queue has one of its own.
    markers: SmallVec<[ClEvent; 1]>,
    /// Queues on which the driver made no marker. It is tried again at each look.
    missing: SmallVec<[Arc<NativeQueue>; 1]>,
}

/// A failure that is reported once its fence has passed.
#[derive(Debug)]
pub(super) struct DeferredFailure {
    pub failure: Arc<Failure>,
    pub fence: Fence,
}

impl Fence {
    /// A fence that has passed.
    pub fn passed() -> Self {
        Fence::default()
    }

    pub fn at(marker: ClEvent) -> Self {
        Fence {
            markers: SmallVec::from_iter([marker]),
            missing: SmallVec::new(),
        }
    }

    /// Markers behind everything that is enqueued by now on `queue` and on the queues that it was ever ordered after. What
    /// comes next on `queue` is ordered after them.
    pub fn on(queue: &Arc<NativeQueue>) -> Self {
        let queues = all_ordered_after(queue);
        let mut fence = Fence::default();
        // A stuck queue runs nothing any more.
        for other in queues[1..].iter().filter(|queue| !queue.is_stuck()) {
            fence.add(other, &[]);
        }
        if !queue.is_stuck() {
            let others = fence.natives();
            fence.add(queue, &others);
        }
        fence
    }

    /// Adds a marker on `queue`, behind everything so far and behind `waits`.
    fn add(&mut self, queue: &Arc<NativeQueue>, waits: &[sys::cl_event]) {
        match queue.marker(waits) {
            Ok(marker) => {
                queue.flush();
                self.markers.push(marker);
            }
            Err(_) => self.missing.push(queue.clone()),
        }
    }

    /// The queues without a marker.
    pub fn missing(&self) -> SmallVec<[Arc<NativeQueue>; 1]> {
        self.missing.clone()
    }

    /// Markers on `queues`, to complete a fence with.
    pub fn of(queues: &[Arc<NativeQueue>]) -> Self {
        let mut fence = Fence::default();
        queues.iter().for_each(|queue| fence.add(queue, &[]));
        fence
    }

    /// Has the markers of `found` in place of those that were missing.
    pub fn complete_with(&mut self, found: Fence) {
        self.markers.extend(found.markers);
        self.missing = found.missing;
    }

    /// The markers, which are alive as long as the fence is.
    pub fn natives(&self) -> WaitList {
        self.markers.iter().map(|event| event.0).collect()
    }

    /// Whether no marker is missing and all are over, well or not.
    pub fn has_passed(&self) -> bool {
        self.missing.is_empty() && has_passed(&self.natives())
    }

    /// The markers to wait for, of which none is known to have failed; `None` if one is missing.
    pub fn pending(&self) -> Option<WaitList> {
        let mut pending = self.natives();
        pending.retain(|marker| !is_over(*marker));
        self.missing.is_empty().then_some(pending)
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

/// Whether all markers are over, well or not. They must be alive.
pub(super) fn has_passed(markers: &[sys::cl_event]) -> bool {
    markers.iter().all(|&marker| is_over(marker))
}

fn is_over(marker: sys::cl_event) -> bool {
    cl::event_status(marker).is_ok_and(|status| status <= 0)
}
