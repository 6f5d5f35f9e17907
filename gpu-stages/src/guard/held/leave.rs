//! The end of a use: what is left to whoever comes next.

use super::{Held, Hold};
use crate::call::Call;
use crate::error::{Poison, Reason};
use crate::event::{Event, Status, move_all};
use crate::guard::access::Access;
use crate::lease::Lease;
use crate::sync::Arc;
use crate::terms::{Contents, Known, Legacy, Mode};
use crate::track::Ended;

impl<T: Send + 'static, A: Access> Held<T, A> {
    /// Whether what was written is good: without `ready` only if the whole call is.
    #[inline]
    fn is_good(&self, keep: bool) -> bool {
        let has_succeeded = || self.lease.known_call().is_some_and(Call::has_succeeded);
        self.good || keep || has_succeeded()
    }

    /// How the contents are handed on, whose last writes are `writes`.
    fn contents(&self, dirty: bool, writes: &[Event], keep: bool) -> Contents {
        if !dirty {
            return Contents::Untouched;
        }
        if self.is_good(keep) {
            return Contents::Good;
        }
        let call = self.lease.call();
        let failure = writes.iter().find_map(|event| match event.known() {
            Status::Failed(failure) => Some(failure),
            _ => None,
        });
        let origin = failure.as_ref().and_then(|failure| failure.origin());
        Contents::Poisoned(Arc::new(Poison {
            by: origin.unwrap_or_else(|| call.origin()),
            reason: failure.map_or_else(|| call.reason_for_drop(), Reason::Device),
        }))
    }

    /// Lets go of the resource, if the ledger does not know of the use, and need not: it is to know of what is bad.
    #[inline]
    fn let_go_alone(&self) -> bool {
        let Hold::Slot {
            slots,
            slot,
            user: Known::Alone(_),
            ..
        } = &self.hold
        else {
            return false;
        };
        let is_fine = !self.wrote || self.is_good(slots.core.keeps_on_failure());
        let written = (self.wrote && A::MODE == Mode::Write).then_some(*slot);
        is_fine && slots.core.solo.let_go(written)
    }

    /// Hands on by way of the ledger; or ends the use of a value of one's own.
    #[inline(never)]
    fn end(&mut self) {
        if self.is_watched() {
            self.about_to_leave();
        }
        let ended = self.lease.has_account().then(|| self.lease.end());
        match &mut self.hold {
            Hold::Value(value) => {
                if let Some(watched) = &*self.watched {
                    watched.left();
                }
                drop_value(&self.lease, value.take(), ended);
            }
            Hold::Slot { .. } => self.leave(ended),
        }
    }

    /// Leaves the resource's line, and has the events made that whoever is next will wait for.
    fn leave(&mut self, ended: Option<Ended>) {
        let user = self.come_forward();
        let (Hold::Slot { slots, .. }, Some(user)) = (&self.hold, user) else {
            return;
        };
        let keep = slots.core.keeps_on_failure();
        let legacy = match ended {
            _ if !self.granted => Legacy::Nothing,
            None => Legacy::Host(self.contents(self.wrote, &[], keep)),
            Some(ended) if A::MODE == Mode::Read => Legacy::Read(ended.reads),
            Some(ended) => Legacy::Exclusive {
                contents: self.contents(ended.dirty, &ended.writes, keep),
                writes: ended.writes,
                reads: ended.reads,
            },
        };
        // Whoever comes behind this use may be the last.
        let slots = slots.counted();
        slots.core.with(|ledger, after| {
            ledger.leave(user, legacy, || self.lease.call().origin(), after);
            if let Some(watched) = &*self.watched {
                watched.left();
            }
        });
    }
}

impl<T: Send + 'static, A: Access> Drop for Held<T, A> {
    /// Hands on, exactly once, with the events of work in flight.
    #[inline]
    fn drop(&mut self) {
        if self.is_watched() || !self.let_go_alone() {
            self.end();
        }
    }
}

/// Drops a value of one's own, whose use has `ended`, or leaves it to the call while devices may still use it.
fn drop_value<T: Send + 'static>(lease: &Lease, value: Option<T>, ended: Option<Ended>) {
    let Some(ended) = ended else { return };
    let (mut pending, mut writes) = (ended.reads, ended.writes);
    move_all(&mut writes, &mut pending);
    pending.retain(|event| event.is_pending());
    if let (Some(value), false) = (value, pending.is_empty()) {
        lease.call().keep(Box::new(value), pending);
    }
}
