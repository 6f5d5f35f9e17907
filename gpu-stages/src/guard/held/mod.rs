//! One granted use of one value, from acquisition to handing on: what all guards are made of.

mod garbage;
mod host_wait;
mod leave;
mod watched;

use crate::call::Call;
use crate::error::{Error, Result};
use crate::event::Events;
use crate::guard::access::{Access, Exclusive};
use crate::lease::{Lease, settle};
use crate::queue::CommandQueue;
use crate::stall;
use crate::sync::Arc;
use crate::terms::{Entered, Grant, Known, Mode, UserId};
use crate::timeline;
use crate::track::{self, Track};
use crate::value::Slots;
use crate::watch::Watched;
pub use host_wait::{HostUse, Outlast};
use std::future::poll_fn;
use std::marker::PhantomData;
use std::task::Context;

/// A place in a resource's line, or a value of one's own. Dropping it hands on.
#[derive(Debug)]
pub(crate) struct Held<T: Send + 'static, A: Access> {
    hold: Hold<T>,
    granted: bool,
    good: bool,
    /// Whether the host began to write before there was an account.
    wrote: bool,
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
        user: Known,
        /// Makes the guard as shareable between threads as `&T` is.
        value: PhantomData<T>,
    },
    Value(Option<T>),
}

impl<T: Send + 'static, A: Access> Held<T, A> {
    #[inline]
    pub fn of_slot(slots: Arc<Slots<T>>, user: Entered, lease: Lease) -> Self {
        // Whoever watches from now on is told when the use goes on, and knows it by its account.
        let watched = if user.granted && lease.has_account() {
            slots.core.granted(user.slot, &lease, A::MODE)
        } else {
            None
        };
        Held {
            hold: Hold::Slot {
                slots,
                slot: user.slot,
                user: user.user,
                value: PhantomData,
            },
            granted: user.granted,
            good: false,
            wrote: false,
            lease,
            watched,
            access: PhantomData,
        }
    }

    pub fn of_value(value: T, lease: Lease) -> Self {
        Held {
            hold: Hold::Value(Some(value)),
            granted: true,
            good: false,
            wrote: false,
            lease,
            watched: None,
            access: PhantomData,
        }
    }

    /// Opens the account, if there is none: the use is not the host's alone any more.
    pub(super) fn open_account(&mut self) {
        if self.lease.has_account() {
            return;
        }
        let user = self.come_forward();
        if let (Hold::Slot { slots, .. }, Some(user)) = (&self.hold, user) {
            let parameter = slots.core.with(|ledger, _| ledger.parameter(user));
            let mut track = slots.core.track(A::MODE, parameter);
            if self.wrote {
                track.host_use(track::Access::Write, &mut Events::new());
            }
            self.lease.open_account(track);
        }
    }

    /// The user in the ledger, which knows of it from now on.
    #[inline]
    fn come_forward(&mut self) -> Option<UserId> {
        let Hold::Slot { slots, user, .. } = &mut self.hold else {
            return None;
        };
        Some(match *user {
            Known::Entered(id) => id,
            Known::Alone(name) => {
                let origin = self.lease.known_call().map(Call::origin);
                let newcomer = slots.core.come_forward(name, origin);
                if let Some(call) = newcomer.call {
                    self.lease.set_call(call);
                }
                *user = Known::Entered(newcomer.id);
                newcomer.id
            }
        })
    }

    /// Waits until everybody before has handed on. What they left is in the account then, if it matters to anybody.
    async fn come(&mut self) -> Result<()> {
        if self.granted {
            return Ok(());
        }
        if timeline::is_wanted() {
            self.open_account();
        }
        let grant = self.turn().await?;
        self.granted = true;
        if self.lease.has_account() {
            timeline::has_turn(&self.lease);
        }
        let Hold::Slot { slots, .. } = &self.hold else {
            return Ok(());
        };
        let is_watched = slots.core.is_watched();
        if is_watched || !grant.is_clean() {
            self.open_account();
            self.lease.load(grant);
        }
        if let (true, Hold::Slot { slots, slot, .. }) = (is_watched, &self.hold) {
            self.watched = slots.core.granted(*slot, &self.lease, A::MODE);
        }
        Ok(())
    }

    /// Waits until everybody before has handed on, and looks no further than that the contents are not bad.
    pub async fn wait_turn(&mut self) -> Result<()> {
        self.come().await?;
        if self.lease.has_account() {
            self.look_at(|_| ())?;
        }
        Ok(())
    }

    /// Waits until everybody before has handed on, on the host or with events of work in flight; then
    /// [looks](Self::look_at) at the track.
    pub async fn granted<R>(&mut self, look: impl Fn(&mut Track) -> R) -> Result<R> {
        self.come().await?;
        self.look_at(look)
    }

    /// Looks at the track with `look`, once the turn has come, unless the contents are bad.
    fn look_at<R>(&mut self, look: impl Fn(&mut Track) -> R) -> Result<R> {
        self.open_account();
        if let Some(watched) = &self.watched {
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

    /// Whether the contents were accepted as they are since the grant.
    fn was_accepted(&self) -> bool {
        match &self.hold {
            Hold::Slot {
                slots,
                user: Known::Entered(id),
                ..
            } => slots.core.with(|ledger, _| ledger.was_accepted(*id)),
            _ => false,
        }
    }

    async fn turn(&mut self) -> Result<Grant> {
        let Hold::Slot {
            slots,
            user: Known::Entered(user),
            ..
        } = &self.hold
        else {
            return Ok(Grant::default());
        };
        let turn = poll_fn(|context| {
            slots.core.look();
            let turn = slots.core.with(|ledger, _| ledger.poll(*user));
            if turn.is_ready() {
                return turn;
            }
            stall::note_wait();
            if self.lease.has_account() {
                timeline::waits_for_turn(&self.lease);
            }
            // The waker is cloned, and the one it replaces dropped, outside of the lock.
            let mut waker = Some(context.waker().clone());
            slots.core.with(|ledger, _| ledger.park(*user, &mut waker))
        });
        match turn.await {
            Ok(grant) => Ok(grant),
            Err(orphaned) => {
                self.open_account();
                Err(Error::NeverWritten {
                    site: self.lease.site(),
                    writer: orphaned.0,
                })
            }
        }
    }

    /// Waits on the host for what a use of the value needs, and notes the use.
    pub async fn wait_events(&mut self, access: track::Access) -> Result<()> {
        self.come().await?;
        let spoil = self.spoiler(access);
        if !self.lease.has_account() {
            self.wrote |= access == track::Access::Write;
            self.begins_on_host(access, spoil);
            return Ok(());
        }
        let look = |track: &mut Track| {
            let is_free = track.is_free(access);
            if is_free {
                track.host_use(access, &mut Events::new());
            }
            is_free
        };
        if !self.look_at(look)? {
            let mut outlast = Outlast::default();
            let all = |context: &mut Context<'_>| outlast.poll(&[self.host_use(access)], context);
            poll_fn(all).await?;
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

    /// A use of the value on the host, which waits.
    pub fn host_use(&self, access: track::Access) -> HostUse<'_> {
        HostUse {
            lease: &self.lease,
            watched: self.watched.as_ref(),
            access,
        }
    }

    /// Waits until commands on `queue` may use the value, but for what they can wait for themselves.
    pub async fn wait_device<Q: CommandQueue>(&mut self, queue: &Q) -> Result<()> {
        let id = queue.id();
        let beyond = self.granted(|track| track.beyond(id)).await?;
        if let Some(watch) = queue.watch() {
            self.be_watched_by(watch);
        }
        for event in beyond.iter().filter(|event| !queue.can_wait(event)) {
            timeline::waits_for_device(&self.lease, true);
            // Whether it failed is looked at when its data is used.
            let _ = event.wait().await;
            timeline::waits_for_device(&self.lease, false);
        }
        Ok(())
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
}
