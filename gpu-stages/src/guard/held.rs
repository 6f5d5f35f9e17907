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
use crate::visible::{DeviceVisible, Pass};
use crate::watch::{Watch, Watched};
use std::future::poll_fn;
use std::marker::PhantomData;

/// A place in a resource's line, or a value of one's own. Dropping it hands on.
#[derive(Debug)]
pub(crate) struct Held<T: Send + 'static, A: Access> {
    hold: Hold<T>,
    granted: bool,
    good: bool,
    pub lease: Lease,
    /// Set under a grant, if somebody watches.
    watched: Option<Watched>,
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
        let granted_to = |lease| slots.core.granted(slot, lease, A::MODE);
        Held {
            watched: granted.then(|| granted_to(&lease)).flatten(),
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
            watched: None,
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
            if let Hold::Slot { slots, slot, .. } = &self.hold {
                self.watched = slots.core.granted(*slot, &self.lease, A::MODE);
            }
        } else if let Some(watched) = &self.watched {
            watched.ends();
        }
        settle(&[&self.lease]);
        let looked = self.lease.checked(&look);
        if looked.is_err() && self.was_accepted() {
            self.look();
            self.lease.accept();
            self.learned();
            return self.lease.checked(look);
        }
        looked
    }

    /// The calling thread is going to look at events on behalf of this use.
    fn look(&self) {
        if let Some(watched) = &self.watched {
            watched.look();
        }
    }

    /// The use need not wait any more for what was seen to be over.
    fn learned(&self) {
        if let Some(watched) = &self.watched {
            watched.learned();
        }
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
            slots.core.look();
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
        let spoil = self.spoiler(access);
        let look = |track: &mut Track| {
            let mut needs = Needs::default();
            track.needs(access, None, &mut needs);
            if needs.order.is_empty() {
                track.host_use(access, &mut Events::new());
            }
            needs
        };
        let needs = self.granted(look).await?;
        if !needs.order.is_empty() {
            self.outlast(&needs).await?;
            self.lease.host_use(access);
        }
        self.begins_on_host(access, spoil);
        Ok(())
    }

    /// The host's use begins, on garbage if there is a `spoil`.
    pub fn begins_on_host(&mut self, access: track::Access, spoil: Option<fn(&mut T)>) {
        if let Some(watched) = &self.watched {
            watched.begins(access, self.lease.call());
        }
        if let (Some(spoil), Some(value)) = (spoil, self.exclusive()) {
            spoil(value);
        }
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
        if let Some(watched) = &self.watched {
            watched.saw(&needs.order);
        }
        self.first_failure(&needs.data)
    }

    /// A watched use is about to end, perhaps of a resource that is watched only since it was granted.
    #[cold]
    fn about_to_leave(&mut self) {
        if let (Hold::Slot { slots, slot, .. }, None) = (&self.hold, &self.watched) {
            slots.core.look();
            self.watched = slots.core.granted(*slot, &self.lease, A::MODE);
        }
        if let Some(watched) = &self.watched {
            watched.ends();
            watched.look();
        }
    }

    fn is_watched(&self) -> bool {
        let unknown = match &self.hold {
            Hold::Slot { slots, .. } => self.granted && slots.core.is_watched(),
            Hold::Value(_) => false,
        };
        unknown || self.watched.is_some()
    }

    /// The use is watched from now on, if it was not.
    #[cold]
    fn be_watched_by(&mut self, watch: &Arc<dyn Watch>) {
        if self.watched.is_some() {
            return;
        }
        watch.look();
        self.watched = match &self.hold {
            Hold::Slot { slots, slot, .. } => {
                slots.core.adopt(watch.clone());
                slots.core.granted(*slot, &self.lease, A::MODE)
            }
            Hold::Value(_) => Some(Watched::alone(watch.clone(), &self.lease)),
        };
    }

    /// Whether this is a new version that was not used yet.
    fn is_unused(&self) -> bool {
        A::MODE == Mode::Write && !self.lease.is_dirty()
    }

    /// What fills the value with garbage, if that is wanted and nothing was written yet.
    pub fn spoiler(&self, access: track::Access) -> Option<fn(&mut T)> {
        let Hold::Slot { slots, .. } = &self.hold else {
            return None;
        };
        let spoil = slots.spoil.get()?;
        let fresh = access == track::Access::Write && self.is_unused();
        fresh.then_some(*spoil)
    }

    /// Fills a version that was not used yet with garbage, if `queue` wants it: on the host what is there, and by
    /// commands on `queue` what is on the device.
    pub async fn spoil_for<Q: CommandQueue>(&mut self, queue: &Q) -> Result<()>
    where
        T: DeviceVisible,
    {
        let Hold::Slot { slots, .. } = &self.hold else {
            return Ok(());
        };
        slots.spoil.get_or_init(|| T::spoil_on_host);
        if !self.is_unused() {
            return Ok(());
        }
        if T::ON_HOST {
            self.wait_events(track::Access::Write).await?;
            self.wait_device(queue).await?;
        }
        let pass = Pass::new(self.lease.clone(), queue.id());
        T::spoil(&mut self.value().hold(&pass), queue)
    }

    /// Waits until commands on `queue` may use the value, but for what they can wait for themselves.
    pub async fn wait_device<Q: CommandQueue>(&mut self, queue: &Q) -> Result<()> {
        let id = queue.id();
        let beyond = self.granted(|track| track.beyond(id)).await?;
        if let Some(watch) = queue.watch() {
            self.be_watched_by(watch);
        }
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
        let value = self.exclusive();
        value.unwrap_or_else(|| unreachable!("the modes of exclusive accesses are not `Read`"))
    }

    /// The value, for writing, if the access is exclusive.
    fn exclusive(&mut self) -> Option<&mut T> {
        debug_assert!(self.granted, "a value is reached only under a grant");
        if A::MODE == Mode::Read {
            return None;
        }
        Some(match &mut self.hold {
            // SAFETY: as in `value`; the ledger granted exclusive use, as the mode is not `Read`, and `&mut self`
            // says that no other reference was made from this guard.
            Hold::Slot { slots, slot, .. } => unsafe { slots.exclusive(*slot) },
            Hold::Value(Some(value)) => value,
            Hold::Value(None) => unreachable!("an own value is taken only by dropping its guard"),
        })
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
