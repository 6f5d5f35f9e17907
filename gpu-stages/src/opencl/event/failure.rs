//! What is known of a command's failure, and where failures began.

use super::completion::{Completion, Dependency};
use crate::error::Failure;
use crate::opencl::cl;
use crate::opencl::failures;
use crate::util::pool::Pooled;
use crate::util::primitives::{Arc, lock};

impl Completion {
    /// Why the command's data cannot be relied on, as far as is known.
    pub(in crate::opencl) fn known_failure(&self) -> Option<Arc<Failure>> {
        if !failures::any() {
            return None;
        }
        self.own_failure().or_else(|| self.queue_failure())
    }

    /// The command's own failure, reported or deferred.
    fn own_failure(&self) -> Option<Arc<Failure>> {
        let rest = lock(&self.rest);
        let deferred = rest.deferred.as_ref();
        let deferred = deferred.map(|deferred| deferred.failure.clone());
        rest.failure.clone().or(deferred)
    }

    /// For a command without an event of its own: the failure on its queue that may be the command's.
    pub(super) fn queue_failure(&self) -> Option<Arc<Failure>> {
        let queue = {
            let rest = lock(&self.rest);
            rest.queue.clone().filter(|_| !rest.has_own_event())
        };
        queue?.failures.at(self.place().position)
    }

    /// The failure of one of these dependencies, as far as is known.
    pub(super) fn failed_dependency(
        &self,
        which: impl Fn(&Dependency) -> bool,
    ) -> Option<Arc<Failure>> {
        let dependencies = self.dependencies();
        let mut chosen = dependencies.iter().filter(|it| which(it));
        chosen.find_map(|it| it.command.upgrade()?.known_failure())
    }

    /// The code with which the native event failed, if the driver says that it did.
    pub(super) fn native_failure(&self) -> Option<i32> {
        let native = lock(&self.rest).native()?;
        cl::event_status(native).ok().filter(|&status| status < 0)
    }

    /// Where a failure began: this command failed with `code`, maybe because a dependency did. Also whether it began
    /// with this command, as far as is known.
    pub(super) fn root_failure(&self, code: i32) -> (Arc<Failure>, bool) {
        let mut at: Option<(Pooled<Completion>, i32)> = None;
        loop {
            let dependencies = at.as_ref().map_or(self, |(it, _)| it).dependencies();
            let mut deeper = None;
            for command in dependencies.iter().filter_map(|it| it.command.upgrade()) {
                match (command.known_failure(), command.native_failure()) {
                    (Some(failure), _) => return (failure, false),
                    (None, Some(code)) => deeper = Some((command, code)),
                    (None, None) => {}
                }
            }
            let Some(next) = deeper else { break };
            at = Some(next);
        }
        let is_own = at.is_none();
        let (command, code) = at.as_ref().map_or((self, code), |(it, code)| (it, *code));
        let failure = Failure::of_command(command.origin(), cl::status_name(code));
        (failure, is_own)
    }
}
