//! The end of a use: what is left to whoever comes next.

use super::{Held, Hold};
use crate::error::{Poison, Reason};
use crate::event::{Event, Status, move_all};
use crate::guard::access::Access;
use crate::lease::Lease;
use crate::sync::Arc;
use crate::terms::{Contents, Legacy, Mode};
use crate::track::Ended;

impl<T: Send + 'static, A: Access> Held<T, A> {
    /// How the contents are handed on. Without `ready` they are good only if the whole call is.
    fn contents(&self, ended: &Ended, keep: bool) -> Contents {
        let call = self.lease.call();
        if !ended.dirty {
            return Contents::Untouched;
        }
        if self.good || keep || call.has_succeeded() {
            return Contents::Good;
        }
        let failure = ended.writes.iter().find_map(|event| match event.known() {
            Status::Failed(failure) => Some(failure),
            _ => None,
        });
        let origin = failure.as_ref().and_then(|failure| failure.origin());
        Contents::Poisoned(Arc::new(Poison {
            by: origin.unwrap_or_else(|| call.origin()),
            reason: failure.map_or_else(|| call.reason_for_drop(), Reason::Device),
        }))
    }

    /// Leaves the resource's line, and has the events made that whoever is next will wait for.
    fn leave(&self, ended: Ended) {
        let Hold::Slot {
            slots, slot, user, ..
        } = &self.hold
        else {
            return;
        };
        let legacy = self.legacy(ended, slots.core.keeps_on_failure());
        let awaited = slots.core.with(|ledger, after| {
            let awaited = ledger
                .next_place(*slot)
                .map(|place| legacy.elsewhere(place));
            ledger.leave(*user, legacy, after);
            if let Some(watched) = &self.watched {
                watched.left();
            }
            awaited.unwrap_or_default()
        });
        awaited.iter().for_each(Event::announce);
    }

    fn legacy(&self, ended: Ended, keep: bool) -> Legacy {
        match A::MODE {
            _ if !self.granted => Legacy::Nothing,
            Mode::Read => Legacy::Read(ended.reads),
            Mode::Update | Mode::Write => Legacy::Exclusive {
                contents: self.contents(&ended, keep),
                writes: ended.writes,
                reads: ended.reads,
            },
        }
    }
}

impl<T: Send + 'static, A: Access> Drop for Held<T, A> {
    /// Hands on, exactly once, with the events of work in flight.
    fn drop(&mut self) {
        if self.is_watched() {
            self.about_to_leave();
        }
        let ended = self.lease.end();
        match &mut self.hold {
            Hold::Value(value) => {
                if let Some(watched) = &self.watched {
                    watched.left();
                }
                drop_value(&self.lease, value.take(), ended);
            }
            Hold::Slot { .. } => self.leave(ended),
        }
    }
}

/// Drops a value of one's own, or leaves it to the call while devices may still use it.
fn drop_value<T: Send + 'static>(lease: &Lease, value: Option<T>, ended: Ended) {
    let (mut pending, mut writes) = (ended.reads, ended.writes);
    move_all(&mut writes, &mut pending);
    pending.retain(|event| event.is_pending());
    if let (Some(value), false) = (value, pending.is_empty()) {
        lease.call().keep(Box::new(value), pending);
    }
}
