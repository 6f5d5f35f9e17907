//! [`Guard`]: the use of one resource, in one of four states.

use super::access::{Access, Exclusive};
use super::held::Held;
use super::host_wait::WaitOnHost;
use super::queue_wait::Reach;
use super::waiting::{Begun, Waiting};
use crate::call::Use;
use crate::device::command_queue::{CommandQueue, Uses};
use crate::device::pass::Pass;
use crate::device::view::SingleView;
use crate::device::visible::DeviceVisible;
use crate::error::Result;
use crate::slots::core::Place;
use crate::slots::storage::Slots;
use crate::sync::access;
use crate::sync::clock::QueueId;
use crate::util::primitives::Arc;
use std::fmt;
use std::future::poll_fn;
use std::ops::{Deref, DerefMut};

/// The use of a resource of type `T`, with access `A`, in state `S`; see the [module](super) for the states.
#[must_use = "a guard that is dropped at once releases its resource at once"]
pub struct Guard<T: Send + 'static, A: Access, S> {
    // Before `held`, to be dropped first: views end before the resource is released.
    pub(super) state: S,
    pub(super) held: Held<T, A>,
}

impl<T: Send + 'static, A: Access, S> fmt::Debug for Guard<T, A, S> {
    /// Names the use and shows no value: a device may be writing it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Guard").field(&self.held.usage).finish()
    }
}

/// Acquired. Nothing was waited for yet.
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
    pub(super) queue: QueueId,
}

impl<T: Send + 'static, A: Access> Allocation<T, A> {
    #[inline]
    pub(crate) fn of_slot(slots: &Arc<Slots<T>>, place: Place) -> Self {
        Guard {
            state: Acquired(()),
            held: Held::of_slot(slots, place),
        }
    }

    pub(crate) fn of_owned(value: T, usage: Use) -> Self {
        Guard {
            state: Acquired(()),
            held: Held::of_owned(value, usage),
        }
    }

    /// The value's metadata, such as its length, before its first use. Waits until earlier uses are released, but for no
    /// device.
    ///
    /// # Errors
    ///
    /// As [`wait_events`](Guard::wait_events).
    pub async fn wait_facts(&mut self) -> Result<T::Facts>
    where
        T: DeviceVisible,
    {
        poll_fn(|context| self.held.poll_grant(context)).await?;
        self.held.check(|_| ())?;
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
    /// Waits until the host may use the value as the access allows: until earlier uses are released and their commands are
    /// over, and this guard's own commands as well.
    ///
    /// # Errors
    ///
    /// [`Error::Poisoned`](crate::Error::Poisoned), [`NeverWritten`](crate::Error::NeverWritten), or
    /// [`Device`](crate::Error::Device) when an own command failed. The resource is then released as it is.
    ///
    /// # Cancellation
    ///
    /// Dropping the future drops the guard.
    #[inline]
    pub fn wait_events(self) -> impl Future<Output = Result<HostGuard<T, A>>> {
        WaitOnHost::new(self.held, Held::<T, A>::access(), Guard::of_host)
    }

    /// Waits until the host may read the value: as [`wait_events`](Guard::wait_events), but not for commands that only read
    /// it.
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
        WaitOnHost::new(self.held, access::Access::Read, Guard::of_host_to_read)
    }

    /// On the host, once the access is recorded.
    pub(super) fn on_host(self) -> HostGuard<T, A> {
        Guard::of_host(self.held)
    }

    /// The same, to read.
    pub(super) fn on_host_to_read(self) -> HostReadGuard<T, A> {
        Guard::of_host_to_read(self.held)
    }

    /// Makes the *device* wait: commands on `queue` may use the value from now on. The host waits only until earlier uses
    /// are released; their commands are waited for on the device, by the commands that need it.
    ///
    /// # Errors
    ///
    /// As [`wait_events`](Guard::wait_events), for what has failed by now. What fails later fails the commands that need
    /// its data.
    ///
    /// # Cancellation
    ///
    /// Dropping the future drops the guard.
    pub async fn wait_device<Q: CommandQueue>(mut self, queue: &Q) -> Result<DeviceGuard<T, A>>
    where
        T: DeviceVisible,
    {
        let mut reach = Reach::new();
        poll_fn(|context| self.poll_reach(queue, &mut reach, context)).await?;
        if queue.fills_new_versions() {
            Box::pin(self.fill_new_version(queue)).await?;
        }
        let mut uses = Uses::new();
        self.add_uses(&mut uses);
        let begun = Begun::on(queue, &uses)?;
        drop(uses);
        Ok(self.enter(queue, &begun))
    }
}

impl<T: DeviceVisible, A: Access, S> Guard<T, A, S> {
    /// On a queue that is ordered after what the value needs.
    pub(super) fn on_queue(self, queue: QueueId) -> DeviceGuard<T, A> {
        let pass = Pass::new(self.held.usage.clone(), queue);
        let holder = self.held.value().hold(&pass);
        Guard {
            state: OnDevice { holder, queue },
            held: self.held,
        }
    }
}

macro_rules! used {
    ($($state:ty $(, $holder:ident)?;)+) => {$(
        impl<T: Send + 'static, A: Access $(, $holder)?> Guard<T, A, $state> {
            /// Releases the resource as good, with the events of the commands that used it. What was not written is released
            /// as it was.
            ///
            /// The guard makes the events itself: one that a caller passed could be too old.
            pub fn ready(self) {
                self.held.ready();
            }
        }

        impl<T: DeviceVisible, A: Access $(, $holder)?> Guard<T, A, $state> {
            /// The value's metadata, such as its length: a copy that stays valid when the guard is released.
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
