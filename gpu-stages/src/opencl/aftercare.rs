//! Looks after queues whose commands nothing else asks about: host memory is released when its commands are over, and
//! failures are found, although no call waits for them.

use super::alarm;
use super::cl::{self, Code};
use super::fence::Fence;
use super::leftovers::{Place, Unseen};
use super::native_queue::NativeQueue;
use crate::error::Failure;
use crate::util::primitives::{Arc, StaticMutex, lock_static};
use cl_sys as sys;

/// The queues that the thread of events looks after.
static QUEUES: StaticMutex<Vec<Arc<NativeQueue>>> = StaticMutex::new(Vec::new());

/// Looks after `queue` until nothing is left.
pub(super) fn begin(queue: &Arc<NativeQueue>) {
    if queue.leftovers.begin_aftercare() {
        lock_static(&QUEUES).push(queue.clone());
        alarm::ring_if_idle();
    }
}

/// Whether there are queues to look after.
pub(super) fn has_queues() -> bool {
    !lock_static(&QUEUES).is_empty()
}

/// Releases the host memory of all commands that are known to be over.
pub(super) fn release_memory() {
    let queues = lock_static(&QUEUES).clone();
    queues.iter().for_each(|queue| queue.release_memory());
}

/// Looks at all queues once.
pub(super) fn look_at_all() {
    let mut queues = std::mem::take(&mut *lock_static(&QUEUES));
    queues.retain(|queue| {
        look(queue);
        if queue.leftovers.has_any() {
            return true;
        }
        queue.leftovers.end_aftercare();
        // Something may have come since.
        queue.leftovers.has_any() && queue.leftovers.begin_aftercare()
    });
    // What came meanwhile is little: the longer list keeps its place.
    let mut added = lock_static(&QUEUES);
    queues.append(&mut added);
    *added = queues;
}

/// Releases what is over. Asks the driver if something is left that was there at the last look.
fn look(queue: &Arc<NativeQueue>) {
    queue.release_memory();
    if !queue.leftovers.has_any() || !queue.leftovers.lists().is_old() {
        return;
    }
    ask_unseen(queue);
    let probe = queue.leftovers.lists().probe.take();
    let Some((marker, number)) = probe else {
        let probe = queue.probe();
        queue.leftovers.lists().probe = probe;
        return;
    };
    match cl::event_status(marker.0) {
        Ok(status) if status > 0 => queue.leftovers.lists().probe = Some((marker, number)),
        Ok(sys::CL_COMPLETE) => queue.saw_over(number),
        // The marker failed with a command before it, while others may still run.
        _ => {
            let fence = Fence::on(queue);
            if fence.has_passed() {
                queue.saw_over(number);
            }
        }
    }
    queue.release_memory();
}

/// Blocks this thread until everything enqueued so far is over, and releases what was kept for it.
pub(super) fn finish(queue: &NativeQueue) {
    queue.finish();
    ask_unseen(queue);
    queue.release_memory();
}

impl NativeQueue {
    /// The failure of the command at `place`, whose event was left to its queue. `asks`: whether to ask the driver.
    pub(super) fn left_failure(&self, place: Place, asks: bool) -> Option<Arc<Failure>> {
        if asks && place.queue == self.identity.id {
            ask_unseen(self);
        } else if asks {
            let others = self.ordered_after();
            let other = others.iter().find(|it| it.identity.id == place.queue);
            ask_unseen(other?);
        }
        self.failure_at(place)
    }
}

/// Asks the driver about the commands whose events were left, up to the first that still runs. Notes failures.
pub(super) fn ask_unseen(queue: &NativeQueue) {
    let mut over = Vec::new();
    {
        // Asking for a status neither blocks nor calls back.
        let mut lists = queue.leftovers.lists();
        while let Some(first) = lists.unseen.front() {
            let status = cl::event_status(first.native.0);
            if status.is_ok_and(|status| status > 0) {
                break;
            }
            note_failure(queue, first, status);
            over.extend(lists.unseen.pop_front());
        }
        queue.leftovers.note_rest(&lists);
    }
    drop(over);
}

/// Notes the failure of a command that is over, if it failed or relies on one that did.
fn note_failure(queue: &NativeQueue, unseen: &Unseen, status: cl::Result<i32>) {
    let inherited = unseen
        .data
        .iter()
        .find_map(|place| queue.failure_at(*place));
    let own = || match status {
        Ok(sys::CL_COMPLETE) => None,
        Ok(code) | Err(Code(code)) => {
            Some(Failure::of_command(unseen.origin, cl::status_name(code)))
        }
    };
    if let Some(failure) = inherited.or_else(own) {
        queue.failures.note_failed_alone(unseen.position, &failure);
    }
}
