//! [`Guard`]: a granted use of a resource, in one of four states.
//!
//! | state | type | reached by | gives |
//! |---|---|---|---|
//! | acquired | [`Allocation`] | acquiring | a place in the line |
//! | on the host | [`HostGuard`] | `wait_events` | `&T`, and `&mut T` if exclusive |
//! | on the host, to read | [`HostReadGuard`] | `wait_events_to_read` | `&T` |
//! | on a queue | [`DeviceGuard`] | `wait_device` | device views, for commands on that queue |
//!
//! A guard can move between the states at any time. [`Guard::ready`] hands the resource on. Dropping a guard
//! hands on as well, but poisons what was being written. Commands in flight go on in either case: whoever comes
//! next waits for their events.

pub mod access;
mod held;
mod list;
mod many;
mod opaque;

use crate::error::Result;
use crate::lease::Lease;
use crate::order::QueueId;
use crate::queue::{CommandQueue, Uses};
use crate::sync::Arc;
use crate::terms::{Entered, Mode};
use crate::track;
use crate::value::Slots;
use crate::view::SingleView;
use crate::visible::{DeviceVisible, Pass};
use access::{Access, Exclusive};
use held::{Held, WaitOnHost};
pub use list::{GuardList, Iter, IterMut, Parts};
pub use many::{Handing, WaitDevice, Waiting};
use std::ops::{Deref, DerefMut};

/// A use of a resource of type `T`, with access `A`, in state `S`; see the [module](self) for the states.
#[derive(Debug)]
#[must_use = "a guard that is dropped at once hands on at once"]
pub struct Guard<T: Send + 'static, A: Access, S> {
    // Before `held`, to be dropped first: views end before the resource is handed on.
    state: S,
    held: Held<T, A>,
}

/// Acquired; nothing was waited for yet.
pub type Allocation<T, A> = Guard<T, A, Acquired>;

/// A value that the host uses as its access allows.
pub type HostGuard<T, A> = Guard<T, A, OnHost>;

/// A value that the host reads while devices may be reading it too.
pub type HostReadGuard<T, A> = Guard<T, A, OnHostToRead>;

/// A value that commands on one queue use.
pub type DeviceGuard<T, A> = Guard<T, A, OnDevice<<T as DeviceVisible>::Holder>>;

/// State of an [`Allocation`].
#[derive(Debug)]
pub struct Acquired(());

/// State of a [`HostGuard`].
#[derive(Debug)]
pub struct OnHost(());

/// State of a [`HostReadGuard`].
#[derive(Debug)]
pub struct OnHostToRead(());

/// State of a [`DeviceGuard`].
#[derive(Debug)]
pub struct OnDevice<H> {
    holder: H,
    queue: QueueId,
}

impl<T: Send + 'static, A: Access> Allocation<T, A> {
    #[inline]
    pub(crate) fn of_slot(slots: &Arc<Slots<T>>, user: Entered, lease: Lease) -> Self {
        Guard {
            state: Acquired(()),
            held: Held::of_slot(slots, user, lease),
        }
    }

    pub(crate) fn of_value(value: T, lease: Lease) -> Self {
        Guard {
            state: Acquired(()),
            held: Held::of_value(value, lease),
        }
    }

    /// The value's facts, such as its length, before its first use. Waits until everybody before has handed on,
    /// but for no device.
    ///
    /// # Errors
    ///
    /// As [`wait_events`](Guard::wait_events).
    pub async fn wait_facts(&mut self) -> Result<T::Facts>
    where
        T: DeviceVisible,
    {
        self.held.wait_turn().await?;
        Ok(self.held.value().facts())
    }
}

impl<T: Send + 'static, A: Access> HostGuard<T, A> {
    fn of_host(held: Held<T, A>) -> Self {
        let state = OnHost(());
        Guard { state, held }
    }
}

impl<T: Send + 'static, A: Access> HostReadGuard<T, A> {
    fn of_host_to_read(held: Held<T, A>) -> Self {
        let state = OnHostToRead(());
        Guard { state, held }
    }
}

impl<T: Send + 'static, A: Access, S> Guard<T, A, S> {
    /// Waits until the host may use the value as the access allows: until everybody before has handed on and
    /// their commands are over, and this guard's own.
    ///
    /// # Errors
    ///
    /// [`Error::Poisoned`](crate::Error::Poisoned), [`NeverWritten`](crate::Error::NeverWritten), or
    /// [`Device`](crate::Error::Device) when an own command failed. The resource is then handed on as it is.
    ///
    /// # Cancellation
    ///
    /// Dropping the future drops the guard.
    #[inline]
    pub fn wait_events(self) -> impl Future<Output = Result<HostGuard<T, A>>> {
        WaitOnHost::new(self.held, track_access::<A>(), Guard::of_host)
    }

    /// Waits until the host may read the value: as [`wait_events`](Guard::wait_events), but not for commands
    /// that only read it.
    ///
    /// # Errors
    ///
    /// As [`wait_events`](Guard::wait_events).
    ///
    /// # Cancellation
    ///
    /// Dropping the future drops the guard.
    #[inline]
    pub fn wait_events_to_read(self) -> impl Future<Output = Result<HostReadGuard<T, A>>> {
        WaitOnHost::new(self.held, track::Access::Read, Guard::of_host_to_read)
    }

    /// On the host, once the use is noted.
    fn on_host(self) -> HostGuard<T, A> {
        Guard::of_host(self.held)
    }

    /// The same, to read.
    fn on_host_to_read(self) -> HostReadGuard<T, A> {
        Guard::of_host_to_read(self.held)
    }

    /// Waits until commands on `queue` may use the value: until everybody before has handed on. Their commands
    /// are waited for on the device, by the commands that need it.
    ///
    /// # Errors
    ///
    /// As [`wait_events`](Guard::wait_events), for what has failed by now. What fails later fails the commands
    /// that need its data.
    ///
    /// # Cancellation
    ///
    /// Dropping the future drops the guard.
    pub async fn wait_device<Q: CommandQueue>(self, queue: &Q) -> Result<DeviceGuard<T, A>>
    where
        T: DeviceVisible,
    {
        let allocation = self.reach(queue).await?;
        let mut uses = Uses::default();
        Self::add_uses(&allocation, &mut uses);
        queue.begin(&uses)?;
        drop(uses);
        Ok(allocation.enter(queue))
    }
}

impl<T: DeviceVisible, A: Access, S> Guard<T, A, S> {
    /// Waits for everything that the device cannot wait for.
    async fn reach<Q: CommandQueue>(mut self, queue: &Q) -> Result<Allocation<T, A>> {
        self.held.wait_device(queue).await?;
        if queue.fills_garbage() {
            self.held.spoil_for(queue).await?;
        }
        Ok(Guard {
            state: Acquired(()),
            held: self.held,
        })
    }
}

impl<T: DeviceVisible, A: Access> Allocation<T, A> {
    /// On a queue that it is in reach of.
    fn enter<Q: CommandQueue>(self, queue: &Q) -> DeviceGuard<T, A> {
        let queue = queue.id();
        let pass = Pass::new(self.held.lease.clone(), queue);
        let holder = self.held.value().hold(&pass);
        Guard {
            state: OnDevice { holder, queue },
            held: self.held,
        }
    }
}

/// What the whole right of an access is.
fn track_access<A: Access>() -> track::Access {
    match A::MODE {
        Mode::Read => track::Access::Read,
        Mode::Update | Mode::Write => track::Access::Write,
    }
}

macro_rules! used {
    ($($state:ty $(, $holder:ident)?;)+) => {$(
        impl<T: Send + 'static, A: Access $(, $holder)?> Guard<T, A, $state> {
            /// Hands the resource on as good, with the events of the commands that used it. What was not
            /// written is handed on as it was.
            ///
            /// The guard makes the events itself: one that a caller passed could be too old.
            pub fn ready(self) {
                self.held.ready();
            }
        }

        impl<T: DeviceVisible, A: Access $(, $holder)?> Guard<T, A, $state> {
            /// The value's facts, such as its length: a copy that stays valid when the guard is handed on.
            pub fn facts(&self) -> T::Facts {
                self.held.value().facts()
            }
        }
    )+};
}

used! {
    OnHost;
    OnHostToRead;
    OnDevice<H>, H;
}

impl<T: DeviceVisible, A: Access> DeviceGuard<T, A> {
    /// The views of a value with several parts, to read. A guard of a single buffer derefs to its view.
    pub fn views(&self) -> T::Views<'_> {
        T::views(&self.state.holder)
    }

    /// The views of a value with several parts, to write.
    pub fn views_mut(&mut self) -> T::ViewsMut<'_>
    where
        A: Exclusive,
    {
        T::views_mut(&mut self.state.holder)
    }
}

impl<T: Send + 'static, A: Access> Deref for HostGuard<T, A> {
    type Target = T;

    fn deref(&self) -> &T {
        self.held.value()
    }
}

impl<T: Send + 'static, A: Exclusive> DerefMut for HostGuard<T, A> {
    fn deref_mut(&mut self) -> &mut T {
        self.held.value_mut()
    }
}

impl<T: Send + 'static, A: Access> Deref for HostReadGuard<T, A> {
    type Target = T;

    fn deref(&self) -> &T {
        self.held.value()
    }
}

impl<T: Send + 'static, A: Access, H: SingleView> Deref for Guard<T, A, OnDevice<H>> {
    type Target = H::Target;

    fn deref(&self) -> &H::Target {
        &self.state.holder
    }
}

impl<T: Send + 'static, A: Exclusive, H: SingleView> DerefMut for Guard<T, A, OnDevice<H>> {
    fn deref_mut(&mut self) -> &mut H::Target {
        &mut self.state.holder
    }
}
