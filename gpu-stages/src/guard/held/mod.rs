//! One granted use of one value, from acquisition to handing on: what all guards are made of.

mod garbage;
mod host_wait;
mod leave;
mod on_host;
mod turn;
mod watched;

use crate::error::Result;
use crate::event::Events;
use crate::guard::access::{Access, Exclusive};
use crate::lease::{Lease, settle};
use crate::queue::CommandQueue;
use crate::rare::Rare;
use crate::sync::Arc;
use crate::terms::{Entered, Known, Mode, UserId};
use crate::timeline;
use crate::track::{self, Track};
use crate::value::{Slots, Used};
use crate::watch::Watched;
pub use host_wait::{HostUse, Outlast};
pub use on_host::WaitOnHost;
use std::marker::PhantomData;

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
    watched: Rare<Watched>,
    access: PhantomData<A>,
}

#[derive(Debug)]
enum Hold<T: Send + 'static> {
    Slot {
        slots: Used<T>,
        slot: usize,
        user: Known,
        /// Makes the guard as shareable between threads as `&T` is.
        value: PhantomData<T>,
    },
    Value(Option<T>),
}

impl<T: Send + 'static, A: Access> Held<T, A> {
    /// The use of a resource by `user`, which is one of its users: who takes what was given takes what it asked for.
    #[inline]
    pub fn of_slot(slots: &Arc<Slots<T>>, user: Entered, lease: Lease) -> Self {
        // SAFETY: the use goes on until this is dropped, which keeps a count while the use ends by way of the ledger, and
        // touches nothing when it has let go alone.
        let slots = unsafe { Used::new(slots) };
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
            watched: watched.into(),
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
            watched: Rare::NONE,
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
            let parameter = slots.core.ledger().parameter(user);
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
                let newcomer = slots.core.come_forward(name);
                if let Some(call) = newcomer.call {
                    self.lease.set_call(call);
                }
                *user = Known::Entered(newcomer.id);
                newcomer.id
            }
        })
    }

    /// Looks at the track with `look`, once the turn has come, unless the contents are bad.
    fn look_at<R>(&mut self, look: impl Fn(&mut Track) -> R) -> Result<R> {
        self.open_account();
        if let Some(watched) = &*self.watched {
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
            } => slots.core.ledger().was_accepted(*id),
            _ => false,
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
            // SAFETY: `granted` was set by the ledger, or because the word was taken, and this guard leaves the one or
            // lets go of the other only when it is dropped; `&self` excludes `value_mut`. Guards are made only after
            // `granted`.
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
            // SAFETY: as in `value`; the use is exclusive, as the mode is not `Read`, and `&mut self` says that no other
            // reference was made from this guard.
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
