//! The uses of a resource, as stall reports see them.

use super::State;
use super::role::Role;
use super::wait_queue::Grant;
use crate::call::Parameter;

/// One use, or a pin.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UseReport {
    pub slot: usize,
    pub standing: Standing,
    /// The number of the call; none for a pin.
    pub call: Option<u64>,
    /// The call's name for the resource; none for a pin.
    pub parameter: Option<Parameter>,
}

/// How far a use has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Granted,
    /// It is granted, and its task, which was woken for that, has not looked since.
    Woken,
    /// It waits, and no task is suspended for it.
    Queued,
    /// It waits, and a task is suspended for it.
    Suspended,
}

impl State {
    /// All uses that have not ended, but those of versions that will never be written.
    pub fn report(&self) -> Vec<UseReport> {
        let reports = self.uses.present().filter_map(|entry| {
            let standing = match (&entry.grant, &entry.waker) {
                (Grant::Granted, _) if entry.is_woken => Standing::Woken,
                (Grant::Granted, _) => Standing::Granted,
                (Grant::Waiting, Some(_)) => Standing::Suspended,
                (Grant::Waiting, None) => Standing::Queued,
                (Grant::NeverWritten(_), _) => return None,
            };
            Some(UseReport {
                slot: entry.slot,
                standing,
                call: (entry.role != Role::Pin).then_some(entry.call),
                parameter: entry.parameter,
            })
        });
        reports.collect()
    }
}
