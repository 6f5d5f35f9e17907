//! What is known of a command's failure, and where failures began.

use super::completion::{Completion, Dependency, next_round};
use crate::error::Failure;
use crate::opencl::cl;
use crate::opencl::failures;
use crate::opencl::native_queue::NativeQueue;
use crate::util::pool::Pooled;
use crate::util::primitives::{Arc, lock};
use smallvec::SmallVec;

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

    /// The failure of a command that this one relies on, directly or through others, although this one is complete: a
    /// driver may run a command after a failed one of the same queue, and may have more to say than a status.
    pub(super) fn hidden_failure(&self) -> Option<Arc<Failure>> {
        let round = next_round();
        let mut left = self.relied_on();
        while let Some((queue, dependency)) = left.pop() {
            let Some(record) = dependency.command.upgrade() else {
                let asks = !dependency.is_waited_for || self.others_run_after_failure();
                match queue.left_failure(dependency.command.place, asks) {
                    Some(failure) => return Some(failure),
                    None => continue,
                }
            };
            if !record.is_new_in(round) {
                continue;
            }
            if !record.is_closed()
                && record.known_failure().is_none()
                && record.may_have_failed_alone(dependency.is_waited_for)
                && record.native_failure().is_some()
            {
                record.ask();
            }
            if let Some(failure) = record.known_failure() {
                return Some(failure);
            }
            left.extend(record.relied_on());
        }
        None
    }

    /// The dependencies whose failure makes this command's data wrong, although the driver does not say that this one
    /// failed, and this one's queue. It says nothing of a command without an event.
    fn relied_on(&self) -> SmallVec<[(Arc<NativeQueue>, Dependency); 4]> {
        let rest = lock(&self.rest);
        let is_quiet = !rest.has_own_event();
        let all = rest.dependencies.iter();
        let relied_on = all.filter(|it| it.is_data || is_quiet && it.is_waited_for);
        let with_queue = relied_on.filter_map(|it| Some((rest.queue.clone()?, *it)));
        with_queue.collect()
    }

    /// Whether the driver has to be asked about a command that this one relies on. Asks nothing itself.
    pub(super) fn may_hide_failure(&self) -> bool {
        self.relied_on().iter().any(|(_, dependency)| {
            let record = dependency.command.upgrade();
            record.is_some_and(|record| {
                !record.is_closed() && record.may_have_failed_alone(dependency.is_waited_for)
            })
        })
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
