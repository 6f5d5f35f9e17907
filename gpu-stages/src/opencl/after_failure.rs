//! [`AfterFailure`]: what drivers do when a command has failed.

use super::cl::{self, CommandQueue};
use crate::util::primitives::OnceLock;
use cl_sys as sys;

/// What a driver does with the commands after a failed one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AfterFailure {
    /// All later commands of the queue fail, and all that wait for it.
    AllFail,
    /// It may run later commands of the queue, and may say that a command is complete which never ran. So each command
    /// gets an event, and each event is asked for.
    OthersRun,
}

impl AfterFailure {
    /// What the driver of `queue` does. Drivers that are not known are not relied on.
    pub fn on(queue: &CommandQueue) -> Self {
        if do_all_fail() {
            return AfterFailure::AllFail;
        }
        let platform = cl::queue_device(queue.0).and_then(cl::device_platform);
        platform.map_or(AfterFailure::OthersRun, Self::of)
    }

    fn of(platform: sys::cl_platform_id) -> Self {
        match cl::platform_name(platform).as_deref() {
            Ok("Portable Computing Language") => AfterFailure::AllFail,
            _ => AfterFailure::OthersRun,
        }
    }
}

/// Whether all commands fail after a failed one on all drivers that are installed. Asks once.
fn do_all_fail() -> bool {
    static DO_ALL_FAIL: OnceLock<bool> = OnceLock::new();
    let all_fail =
        |platform: sys::cl_platform_id| AfterFailure::of(platform) == AfterFailure::AllFail;
    let ask = || cl::platforms().is_ok_and(|platforms| platforms.into_iter().all(all_fail));
    *DO_ALL_FAIL.get_or_init(ask)
}
