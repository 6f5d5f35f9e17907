//! One granted use of one value, from acquisition to handing on: what all guards are made of.

use crate::error::{Error, Poison, Reason, Result};
use crate::event::{Event, Events, Status, move_all};
use crate::guard::access::{Access, Exclusive};
use crate::lease::{Lease, settle};
use crate::queue::CommandQueue;
use crate::stall;
use crate::sync::Arc;
use crate::terms::{Contents, Grant, Legacy, Mode, UserId};
use crate::track::{self, Ended, Needs, Track};
use crate::value::Slots;
use std::future::poll_fn;
use std::marker::PhantomData;

/// A place in a resource's line, or a value of one's own. Dropping it hands on.
#[derive(Debug)]
pub(crate) struct Held<T: Send + 'static, A: Access> {
    hold: Hold<T>,
    granted: bool,
    good: bool,
    pub lease: Lease,
    access: PhantomData<A>,
}

#[derive(Debug)]
enum Hold<T: Send + 'static> {
    Slot {
        slots: Arc<Slots<T>>,
        slot: usize,
        user: UserId,
        /// Makes the guard as shareable between threads as `&T` is.
        value: PhantomData<T>,
    },
    Value(Option<T>),
}

impl<T: Send + 'static, A: Access> Held<T, A> {
    pub fn of_slot(
        slots: Arc<Slots<T>>,
        slot: usize,
        user: UserId,
        granted: bool,
        lease: Lease,
    ) -> Self {
        Held {
            hold: Hold::Slot {
                slots,
                slot,
                user,
                value: PhantomData,
            },
            granted,
            good: false,
            lease,
            access: PhantomData,
        }
    }

    pub fn of_value(value: T, lease: Lease) -> Self {
        Held {
            hold: Hold::Value(Some(value)),
            granted: true,
            good: false,
            lease,
            access: PhantomData,
        }
    }

    /// Waits until everybody before has handed on, on the host or with events of work in flight; then looks at
    /// the track with `look`, unless the contents are bad.
    pub async fn granted<R>(&mut self, look: impl Fn(&mut Track) -> R) -> Result<R> {
        if !self.granted {
            let grant = self.turn().await?;
            self.lease.load(grant);
            self.granted = true;
        }
        settle(&[&self.lease]);
        let looked = self.lease.checked(&look);
        if looked.is_err() && self.was_accepted() {
            self.lease.accept();
            return self.lease.checked(look);
        }
        looked
    }

    /// Whether the contents were accepted as they are since the grant.
    fn was_accepted(&self) -> bool {
        match &self.hold {
            Hold::Slot { slots, user, .. } => {
                slots.core.with(|ledger, _| ledger.was_accepted(*user))
            }
            Hold::Value(_) => false,
        }
    }

    async fn turn(&self) -> Result<Grant> {
        let Hold::Slot { slots, user, .. } = &self.hold else {
            return Ok(Grant::default());
        };
        let turn = poll_fn(|context| {
            let turn = slots.core.with(|ledger, _| ledger.poll(*user));
            if turn.is_ready() {
                return turn;
            }
            stall::note_wait();
            // The waker is cloned, and the one it replaces dropped, outside of the lock.
            let mut waker = Some(context.waker().clone());
            slots.core.with(|ledger, _| ledger.park(*user, &mut waker))
        });
        turn.await.map_err(|orphaned| Error::NeverWritten {
            site: self.lease.site(),
            writer: orphaned.0,
        })
    }

    /// Waits on the host for what a use of the value needs, and notes the use.
    pub async fn wait_events(&mut self, access: track::Access) -> Result<()> {
        let look = |track: &mut Track| {
            let mut needs = Needs::default();
            track.needs(access, None, &mut needs);
            if needs.order.is_empty() {
                track.host_use(access, &mut Events::new());
            }
            needs
        };
        let needs = self.granted(look).await?;
        if needs.order.is_empty() {
            return Ok(());
        }
        self.outlast(&needs).await?;
        self.lease.host_use(access);
        Ok(())
    }

    /// Waits on the host for what a use of the value needs, which does not begin yet.
    pub async fn wait_before(&mut self, access: track::Access) -> Result<()> {
        let look = |track: &mut Track| {
            let mut needs = Needs::default();
            track.needs(access, None, &mut needs);
            needs
        };
        let needs = self.granted(look).await?;
        self.outlast(&needs).await
    }

    async fn outlast(&self, needs: &Needs) -> Result<()> {
        stall::note_wait();
        self.lease.set_waiting(true);
        for event in &needs.order {
            // Only the data's own failure matters; it is looked at below.
            let _ = event.wait().await;
        }
        self.lease.set_waiting(false);
        self.first_failure(&needs.data)
    }

    /// Waits until commands on `queue` may use the value, but for what they can wait for themselves.
    pub async fn wait_device<Q: CommandQueue>(&mut self, queue: &Q) -> Result<()> {
        let id = queue.id();
        let beyond = self.granted(|track| track.beyond(id)).await?;
        for event in beyond.iter().filter(|event| !queue.can_wait(event)) {
            // Whether it failed is looked at when its data is used.
            let _ = event.wait().await;
        }
        Ok(())
    }

    fn first_failure(&self, events: &[Event]) -> Result<()> {
        let failed = events.iter().find_map(|event| match event.status() {
            Status::Failed(failure) => Some(failure),
            _ => None,
        });
        failed.map_or(Ok(()), |failure| Err(self.lease.failed(failure)))
    }

    /// The value, for reading. The caller has waited for the host's or for the hand-on, as the use demands.
    pub fn value(&self) -> &T {
        debug_assert!(self.granted, "a value is reached only under a grant");
        match &self.hold {
            // SAFETY: `granted` was set by the ledger and this guard leaves the ledger only when it is dropped;
            // `&self` excludes `value_mut`. Guards are made only after `granted`.
            Hold::Slot { slots, slot, .. } => unsafe { slots.shared(*slot) },
            Hold::Value(Some(value)) => value,
            Hold::Value(None) => unreachable!("an own value is taken only by dropping its guard"),
        }
    }

    /// The value, for writing.
    pub fn value_mut(&mut self) -> &mut T
    where
        A: Exclusive,
    {
        debug_assert!(self.granted, "a value is reached only under a grant");
        match &mut self.hold {
            // SAFETY: as in `value`; `A: Exclusive` means that the grant is exclusive, and `&mut self` that no
            // other reference was made from this guard.
            Hold::Slot { slots, slot, .. } => unsafe { slots.exclusive(*slot) },
            Hold::Value(Some(value)) => value,
            Hold::Value(None) => unreachable!("an own value is taken only by dropping its guard"),
        }
    }

    /// Hands on as good.
    pub fn ready(mut self) {
        self.good = true;
    }

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
        let ended = self.lease.end();
        match &mut self.hold {
            Hold::Value(value) => drop_value(&self.lease, value.take(), ended),
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
