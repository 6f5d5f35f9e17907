//! [`GuardList`]: the guards of a list of resources, and [`Parts`], what the host sees of them.

use super::access::{Access, Exclusive};
use super::held::{HostUse, Outlast};
use super::many::{Begun, Handing, Leases, Sealed, Waiting};
use super::{Acquired, Guard, OnDevice, OnHost, OnHostToRead, track_access};
use crate::error::Result;
use crate::lease::{Lease, settle};
use crate::queue::{CommandQueue, Uses};
use crate::track;
use crate::visible::{DeviceVisible, Length, PartList};
use smallvec::SmallVec;
use std::future::poll_fn;
use std::ops::{Deref, DerefMut, Index, IndexMut};
use std::task::Context;

/// Guards of several resources of one type, all in the same state; made from [`Requests`](crate::Requests). It
/// moves between the states as a [`Guard`] does, as a whole.
#[derive(Debug)]
#[must_use = "guards that are dropped at once hand on at once"]
pub struct GuardList<T: Send + 'static, A: Access, S>(Parts<Guard<T, A, S>>);

/// The values behind a list of host guards: `parts[i]` is the value itself.
#[derive(Debug)]
pub struct Parts<G>(SmallVec<[G; 4]>);

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
    /// The first error of [`Guard::wait_events`]. All resources are then handed on as they are.
    ///
    /// # Cancellation
    ///
    /// Dropping the future drops the guards.
    pub async fn wait_events(mut self) -> Result<GuardList<T, A, OnHost>> {
        self.wait_for(track_access::<A>()).await?;
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
        self.wait_for(track::Access::Read).await?;
        let guards = self.0.0.into_iter().map(Guard::on_host_to_read);
        Ok(GuardList(Parts(guards.collect())))
    }

    /// Waits for all before the use of any begins: when one fails, the others were not touched.
    async fn wait_for(&mut self, access: track::Access) -> Result<()> {
        for guard in &mut self.0.0 {
            guard.held.granted(|_| ()).await?;
        }
        let mut outlast = Outlast::default();
        let all = |context: &mut Context<'_>| {
            let uses = self.0.0.iter().map(|guard| guard.held.host_use(access));
            let uses: SmallVec<[HostUse<'_>; 4]> = uses.collect();
            outlast.poll(&uses, None, context)
        };
        poll_fn(all).await?;
        for guard in &mut self.0.0 {
            let spoil = guard.held.spoiler(access);
            guard.held.lease.host_use(access);
            guard.held.begins_on_host(access, spoil);
        }
        Ok(())
    }

    /// Waits for each as [`Guard::wait_device`] does; if the queue needs a barrier, with one for all.
    ///
    /// # Errors
    ///
    /// As [`wait_events`](GuardList::wait_events).
    ///
    /// # Cancellation
    ///
    /// Dropping the future drops the guards.
    pub async fn wait_device<Q: CommandQueue>(
        self,
        queue: &Q,
    ) -> Result<GuardList<T, A, OnDevice<T::Holder>>>
    where
        T: DeviceVisible,
    {
        let held = self.into_reach_of(queue).await?;
        let mut uses = Uses::default();
        Self::add_uses(&held, &mut uses);
        let begun = Begun::on(queue, &uses)?;
        drop(uses);
        Ok(Self::on_device(held, queue, &begun))
    }
}

impl<T: Send + 'static, A: Access, S> GuardList<T, A, S> {
    pub(super) fn guards(&self) -> &[Guard<T, A, S>] {
        &self.0.0
    }
}

impl<T: DeviceVisible, A: Access, S> Waiting for GuardList<T, A, S> {
    type InReach = GuardList<T, A, Acquired>;
    type OnQueue = GuardList<T, A, OnDevice<T::Holder>>;

    async fn into_reach_of<Q: CommandQueue>(self, queue: &Q) -> Result<Self::InReach> {
        let mut guards = SmallVec::new();
        for guard in self.0.0 {
            guards.push(guard.reach(queue).await?);
        }
        Ok(GuardList(Parts(guards)))
    }

    fn add_uses<'a>(held: &'a Self::InReach, uses: &mut Uses<'a>) {
        for guard in &held.0.0 {
            <Guard<T, A, S> as Waiting>::add_uses(guard, uses);
        }
    }

    fn on_device<Q: CommandQueue>(held: Self::InReach, queue: &Q, _: &Begun) -> Self::OnQueue {
        let guards = held.0.0.into_iter().map(|guard| guard.enter(queue));
        GuardList(Parts(guards.collect()))
    }
}

impl<T: Send + 'static, A: Access, S> Sealed for GuardList<T, A, S> {}

impl<T: Send + 'static, A: Access, H> Handing for GuardList<T, A, OnDevice<H>> {
    fn add_leases<'a>(&'a self, leases: &mut Leases<'a>) {
        self.0.0.iter().for_each(|guard| guard.add_leases(leases));
    }

    fn hand_on_settled(self) {
        self.ready();
    }
}

macro_rules! used {
    ($($state:ty $(, $holder:ident)?;)+) => {$(
        impl<T: Send + 'static, A: Access $(, $holder)?> GuardList<T, A, $state> {
            /// Hands all on as [`Guard::ready`] does; if they need a marker, with one for all.
            pub fn ready(self) {
                let leases: SmallVec<[&Lease; 8]> =
                    self.0.0.iter().map(|guard| &guard.held.lease).collect();
                settle(&leases);
                drop(leases);
                self.0.0.into_iter().for_each(|guard| guard.ready());
            }

            /// How many there are: a copy that stays valid when the guards are handed on.
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
