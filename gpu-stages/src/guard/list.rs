//! [`GuardList`]: the guards of a list of resources, and [`Parts`], their values on the host.

use super::access::{Access, Exclusive};
use super::device_wait::DeviceWait;
use super::held::Held;
use super::queue_wait::Reach;
use super::single::{Acquired, Guard, OnDevice, OnHost, OnHostToRead};
use super::waiting::{Begun, Released, Releasing, Sealed, Waiting};
use crate::call::{Use, settle};
use crate::device::command_queue::{CommandQueue, Uses};
use crate::device::visible::{DeviceVisible, Length, PartList};
use crate::error::Result;
use crate::sync::access;
use smallvec::SmallVec;
use std::fmt;
use std::future::poll_fn;
use std::ops::{Deref, DerefMut, Index, IndexMut};
use std::task::{Context, Poll, ready};

/// Guards of several resources of one type, all in the same state; made from [`Requests`](crate::Requests). It
/// moves between the states as a [`Guard`] does, as a whole.
#[must_use = "guards that are dropped at once release their resources at once"]
pub struct GuardList<T: Send + 'static, A: Access, S>(Parts<Guard<T, A, S>>);

/// The values of a list of host guards: `parts[i]` is the value itself.
pub struct Parts<G>(SmallVec<[G; 4]>);

impl<T: Send + 'static, A: Access, S> fmt::Debug for GuardList<T, A, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.0.0).finish()
    }
}

impl<G: fmt::Debug> fmt::Debug for Parts<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.0).finish()
    }
}

impl<T: Send + 'static, A: Access> FromIterator<Guard<T, A, Acquired>>
    for GuardList<T, A, Acquired>
{
    fn from_iter<I: IntoIterator<Item = Guard<T, A, Acquired>>>(guards: I) -> Self {
        GuardList(Parts(guards.into_iter().collect()))
    }
}

impl<T: Send + 'static, A: Access> GuardList<T, A, Acquired> {
    /// How many there are: known without waiting.
    ///
    /// # Errors
    ///
    /// None; the signature is that of [`Guard::wait_facts`].
    #[allow(clippy::unused_async, reason = "as the guard of one resource")]
    pub async fn wait_facts(&mut self) -> Result<Length> {
        Ok(Length(self.0.len()))
    }
}

impl<T: Send + 'static, A: Access, S> GuardList<T, A, S> {
    /// Waits for each as [`Guard::wait_events`] does.
    ///
    /// # Errors
    ///
    /// The first error of [`Guard::wait_events`]. All resources are then released as they are.
    ///
    /// # Cancellation
    ///
    /// Dropping the future drops the guards.
    pub async fn wait_events(mut self) -> Result<GuardList<T, A, OnHost>> {
        self.wait_for(Held::<T, A>::access()).await?;
        let guards = self.0.0.into_iter().map(Guard::on_host);
        Ok(GuardList(Parts(guards.collect())))
    }

    /// Waits for each as [`Guard::wait_events_to_read`] does.
    ///
    /// # Errors
    ///
    /// As [`wait_events`](GuardList::wait_events).
    ///
    /// # Cancellation
    ///
    /// Dropping the future drops the guards.
    pub async fn wait_events_to_read(mut self) -> Result<GuardList<T, A, OnHostToRead>> {
        self.wait_for(access::Access::Read).await?;
        let guards = self.0.0.into_iter().map(Guard::on_host_to_read);
        Ok(GuardList(Parts(guards.collect())))
    }

    /// Waits for all before the access to any begins: when one fails, the others were not touched.
    async fn wait_for(&mut self, access: access::Access) -> Result<()> {
        for guard in &mut self.0.0 {
            poll_fn(|context| guard.held.poll_grant(context)).await?;
            guard.held.check(|_| ())?;
        }
        let mut wait = DeviceWait::default();
        let all = |context: &mut Context<'_>| {
            let accesses = self.0.0.iter().map(|guard| (&guard.held.usage, access));
            let accesses: SmallVec<[(&Use, access::Access); 4]> = accesses.collect();
            wait.poll(&accesses, None, context)
        };
        poll_fn(all).await?;
        for guard in &mut self.0.0 {
            let fill = guard.held.fill_before(access);
            guard.held.usage.record_host(access);
            guard.held.begin_on_host(access, fill);
        }
        Ok(())
    }

    /// Makes the *device* wait for each, as [`Guard::wait_device`] does; if the queue needs a barrier, with one for all.
    ///
    /// # Errors
    ///
    /// As [`wait_events`](GuardList::wait_events).
    ///
    /// # Cancellation
    ///
    /// Dropping the future drops the guards.
    pub async fn wait_device<Q: CommandQueue>(
        mut self,
        queue: &Q,
    ) -> Result<GuardList<T, A, OnDevice<T::Holder>>>
    where
        T: DeviceVisible,
    {
        let mut reach = Reach::new();
        poll_fn(|context| self.poll_reach(queue, &mut reach, context)).await?;
        if queue.fills_new_versions() {
            self.fill_new_version(queue).await?;
        }
        let mut uses = Uses::new();
        self.add_uses(&mut uses);
        let begun = Begun::on(queue, &uses)?;
        drop(uses);
        Ok(self.enter(queue, &begun))
    }
}

impl<T: Send + 'static, A: Access, S> GuardList<T, A, S> {
    pub(super) fn guards(&self) -> &[Guard<T, A, S>] {
        &self.0.0
    }
}

impl<T: DeviceVisible, A: Access, S> Waiting for GuardList<T, A, S> {
    type OnQueue = GuardList<T, A, OnDevice<T::Holder>>;

    fn poll_reach<Q: CommandQueue>(
        &mut self,
        queue: &Q,
        reach: &mut Reach,
        context: &mut Context<'_>,
    ) -> Poll<Result<()>> {
        for guard in &mut self.0.0 {
            ready!(guard.poll_reach(queue, reach, context))?;
        }
        Poll::Ready(Ok(()))
    }

    async fn fill_new_version<Q: CommandQueue>(&mut self, queue: &Q) -> Result<()> {
        for guard in &mut self.0.0 {
            guard.fill_new_version(queue).await?;
        }
        Ok(())
    }

    fn add_uses<'a>(&'a self, uses: &mut Uses<'a>) {
        self.0.0.iter().for_each(|guard| guard.add_uses(uses));
    }

    fn enter<Q: CommandQueue>(self, queue: &Q, begun: &Begun) -> Self::OnQueue {
        let guards = self.0.0.into_iter().map(|guard| guard.enter(queue, begun));
        GuardList(Parts(guards.collect()))
    }
}

impl<T: Send + 'static, A: Access, S> Sealed for GuardList<T, A, S> {}

impl<T: Send + 'static, A: Access, H> Releasing for GuardList<T, A, OnDevice<H>> {
    fn add_released<'a>(&'a self, released: &mut Released<'a>) {
        let guards = self.0.0.iter();
        guards.for_each(|guard| guard.add_released(released));
    }

    fn release_settled(self) {
        self.ready();
    }
}

macro_rules! used {
    ($($state:ty $(, $holder:ident)?;)+) => {$(
        impl<T: Send + 'static, A: Access $(, $holder)?> GuardList<T, A, $state> {
            /// Releases all as [`Guard::ready`] does; if they need a marker, with one for all.
            pub fn ready(self) {
                settle(self.0.0.iter().map(|guard| &guard.held.usage));
                self.0.0.into_iter().for_each(|guard| guard.ready());
            }

            /// How many there are: a copy that stays valid when the guards are released.
            pub fn facts(&self) -> Length {
                Length(self.0.len())
            }
        }
    )+};
}

used! {
    OnHost;
    OnHostToRead;
    OnDevice<H>, H;
}

impl<T: DeviceVisible, A: Access> GuardList<T, A, OnDevice<T::Holder>> {
    /// The views of each, to read; derefs to a slice.
    pub fn views(&self) -> PartList<T::Views<'_>> {
        self.0.0.iter().map(Guard::views).collect()
    }

    /// The views of each, to write; derefs to a slice.
    pub fn views_mut(&mut self) -> PartList<T::ViewsMut<'_>>
    where
        A: Exclusive,
    {
        self.0.0.iter_mut().map(Guard::views_mut).collect()
    }
}

macro_rules! on_host {
    ($($state:ty),+) => {$(
        impl<T: Send + 'static, A: Access> Deref for GuardList<T, A, $state> {
            type Target = Parts<Guard<T, A, $state>>;

            fn deref(&self) -> &Self::Target {
                &self.0
            }
        }
    )+};
}

on_host!(OnHost, OnHostToRead);

impl<T: Send + 'static, A: Exclusive> DerefMut for GuardList<T, A, OnHost> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl<G> Parts<G> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<G: Deref> Parts<G> {
    /// The values, in the order in which their resources were passed.
    pub fn iter(&self) -> Iter<'_, G> {
        self.into_iter()
    }
}

impl<G: DerefMut> Parts<G> {
    /// The values, to write.
    pub fn iter_mut(&mut self) -> IterMut<'_, G> {
        self.into_iter()
    }
}

/// The values of [`Parts`], to read.
pub type Iter<'a, G> = std::iter::Map<std::slice::Iter<'a, G>, fn(&G) -> &<G as Deref>::Target>;

/// The values of [`Parts`], to write.
pub type IterMut<'a, G> =
    std::iter::Map<std::slice::IterMut<'a, G>, fn(&mut G) -> &mut <G as Deref>::Target>;

impl<'a, G: Deref> IntoIterator for &'a Parts<G> {
    type Item = &'a G::Target;
    type IntoIter = Iter<'a, G>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter().map(G::deref)
    }
}

impl<'a, G: DerefMut> IntoIterator for &'a mut Parts<G> {
    type Item = &'a mut G::Target;
    type IntoIter = IterMut<'a, G>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter_mut().map(G::deref_mut)
    }
}

impl<G: Deref> Index<usize> for Parts<G> {
    type Output = G::Target;

    fn index(&self, index: usize) -> &G::Target {
        &self.0[index]
    }
}

impl<G: DerefMut> IndexMut<usize> for Parts<G> {
    fn index_mut(&mut self, index: usize) -> &mut G::Target {
        &mut self.0[index]
    }
}
