//! Several device guards at once: waiting for all, handing on all.

use super::access::Access;
use super::{Allocation, DeviceGuard, Guard, OnDevice, track_access};
use crate::error::Result;
use crate::lease::{Lease, settle};
use crate::queue::{CommandQueue, HandOn, Uses};
use crate::tuples::for_tuples;
use crate::visible::DeviceVisible;
use smallvec::SmallVec;

/// Allocations or guards, or lists of them, that can be waited for together: tuples of up to 32.
pub trait WaitDevice: Sized {
    /// The guards, in the same order.
    type Guards;

    /// Waits for each as [`Guard::wait_device`] does; if the queue needs a barrier, with one for all.
    fn wait_device<Q: CommandQueue>(self, queue: &Q) -> impl Future<Output = Result<Self::Guards>>;
}

mod sealed {
    /// What is handed in must be what was handed out: nobody else can make that promise.
    pub trait Sealed {}
}

pub(super) use sealed::Sealed;

/// Shows that a queue knows of the use that begins on it. Only the library makes one, so that nobody else can put a
/// guard on a queue that was not waited for.
#[derive(Debug)]
pub struct Begun(());

impl Begun {
    /// Has `queue` begin `uses`.
    pub(super) fn on<Q: CommandQueue>(queue: &Q, uses: &Uses<'_>) -> Result<Self> {
        queue.begin(uses)?;
        Ok(Begun(()))
    }
}

/// What can be waited for together with others: a guard or a list of guards, in any state.
pub trait Waiting: Sealed + Sized {
    /// The same when there is nothing left that the device could not wait for.
    #[doc(hidden)]
    type InReach;

    /// The same, on a queue.
    type OnQueue;

    /// Waits for everything that the device cannot wait for.
    #[doc(hidden)]
    fn into_reach_of<Q: CommandQueue>(
        self,
        queue: &Q,
    ) -> impl Future<Output = Result<Self::InReach>>;

    #[doc(hidden)]
    fn add_uses<'a>(held: &'a Self::InReach, uses: &mut Uses<'a>);

    #[doc(hidden)]
    fn on_device<Q: CommandQueue>(held: Self::InReach, queue: &Q, begun: &Begun) -> Self::OnQueue;
}

/// What can be handed on together with others: a device guard or a list of them.
pub trait Handing: Sealed {
    #[doc(hidden)]
    fn add_leases<'a>(&'a self, leases: &mut Leases<'a>);

    #[doc(hidden)]
    fn hand_on_settled(self);
}

/// The leases of what is handed on together.
#[derive(Debug, Default)]
pub struct Leases<'a>(SmallVec<[&'a Lease; 8]>);

impl<T: DeviceVisible, A: Access, S> Waiting for Guard<T, A, S> {
    type InReach = Allocation<T, A>;
    type OnQueue = DeviceGuard<T, A>;

    async fn into_reach_of<Q: CommandQueue>(self, queue: &Q) -> Result<Allocation<T, A>> {
        self.reach(queue).await
    }

    fn add_uses<'a>(held: &'a Allocation<T, A>, uses: &mut Uses<'a>) {
        uses.0.push((&held.held.lease, track_access::<A>()));
    }

    fn on_device<Q: CommandQueue>(
        held: Allocation<T, A>,
        queue: &Q,
        _: &Begun,
    ) -> DeviceGuard<T, A> {
        held.enter(queue)
    }
}

impl<T: Send + 'static, A: Access, S> Sealed for Guard<T, A, S> {}

impl<T: Send + 'static, A: Access, H> Handing for Guard<T, A, OnDevice<H>> {
    fn add_leases<'a>(&'a self, leases: &mut Leases<'a>) {
        leases.0.push(&self.held.lease);
    }

    fn hand_on_settled(self) {
        self.ready();
    }
}

macro_rules! tuples {
    ($($G:ident $i:tt),+;) => {
        impl<$($G: Waiting),+> WaitDevice for ($($G,)+) {
            type Guards = ($($G::OnQueue,)+);

            #[allow(non_snake_case, reason = "one variable per guard")]
            async fn wait_device<Q: CommandQueue>(self, queue: &Q) -> Result<Self::Guards> {
                $(let $G = self.$i.into_reach_of(queue).await?;)+
                let mut uses = Uses::default();
                $(<$G as Waiting>::add_uses(&$G, &mut uses);)+
                let begun = Begun::on(queue, &uses)?;
                drop(uses);
                Ok(($(<$G as Waiting>::on_device($G, queue, &begun),)+))
            }
        }

        impl<$($G: Handing),+> HandOn for ($($G,)+) {
            fn hand_on(self) {
                let mut leases = Leases::default();
                $(self.$i.add_leases(&mut leases);)+
                settle(&leases.0);
                drop(leases);
                $(self.$i.hand_on_settled();)+
            }
        }
    };
}

for_tuples!(tuples);
