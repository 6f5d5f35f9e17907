//! What a command waits for and depends on, from the events that the core names.

use super::cl::{Code, ContextId, WaitList};
use super::event::{Completion, Dependencies, Dependency};
use super::failures;
use super::native_queue::NativeQueue;
use crate::error::Failure;
use crate::sync::event::Event;
use crate::util::primitives::Arc;
use cl_sys as sys;

/// Whether commands of `context` can wait for `event`.
pub(super) fn can_wait(context: ContextId, event: &Event) -> bool {
    let record = event.record::<Completion>();
    record.is_some_and(|record| record.is_of(context))
}

/// What a command of `queue` waits for natively to be ordered after `order`. The events are alive as long as `order`
/// is.
///
/// # Errors
///
/// An event is of another context or backend, which the driver must not see, or the driver makes no native event for
/// it.
pub(super) fn wait_list(queue: &NativeQueue, order: &[Event]) -> Result<WaitList, String> {
    let mut waits = WaitList::new();
    for event in order {
        let record = event.record::<Completion>();
        let Some(record) = record.filter(|record| record.is_of(queue.context)) else {
            let other = "the queue is to wait for an event of another device or context; await the event on the host";
            return Err(other.into());
        };
        let native = record.add_to(&mut waits);
        let other = native.ok_or_else(|| Code(sys::CL_INVALID_EVENT_WAIT_LIST).to_string())?;
        queue.note_ordered_after(&other);
    }
    Ok(waits)
}

/// The failure of an event in `data` that has failed by now.
///
/// Asks the driver about the events that were not enqueued at `moment`, those in `order` as well: nothing may be
/// enqueued that waits for a failed event.
pub(super) fn first_failure(order: &[Event], data: &[Event], moment: u64) -> Option<Arc<Failure>> {
    for event in order {
        look_before_use(event, moment);
    }
    for event in data.iter().filter(|event| !is_in(order, event)) {
        look_before_use(event, moment);
    }
    if !failures::any() {
        return None;
    }
    let mut data = data.iter().filter_map(|event| event.record::<Completion>());
    data.find_map(Completion::known_failure)
}

fn look_before_use(event: &Event, moment: u64) {
    if let Some(record) = event.record::<Completion>() {
        record.look_before_use(moment);
    }
}

fn is_in(list: &[Event], event: &Event) -> bool {
    list.iter().any(|other| other.is(event))
}

/// The dependencies of a command whose wait list is made of `order` and that uses `data`. What has failed by now is not
/// among them: its fence is in the wait list.
pub(super) fn dependencies(order: &[Event], data: &[Event]) -> Dependencies {
    let ordered = order.iter().map(|event| (event, true, is_in(data, event)));
    let others = data.iter().filter(|event| !is_in(order, event));
    let others = others.map(|event| (event, false, true));
    let all = ordered.chain(others);
    all.filter_map(|(event, is_waited_for, is_data)| dependency(event, is_waited_for, is_data))
        .collect()
}

fn dependency(event: &Event, is_waited_for: bool, is_data: bool) -> Option<Dependency> {
    let record = event.record::<Completion>()?;
    if record.known_failure().is_some() {
        return None;
    }
    if !is_waited_for {
        record.note_relied_on();
    }
    Some(Dependency {
        command: record.downgrade()?,
        is_waited_for,
        is_data,
    })
}
