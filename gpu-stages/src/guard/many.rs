//! Several guards at once: waiting for all, releasing all.

use super::access::Access;
use super::held::Held;
use super::queue_wait::Reach;
use super::single::{DeviceGuard, Guard, OnDevice};
use crate::call::{Use, settle};
use crate::device::command_queue::{CommandQueue, Release, Uses};
use crate::device::visible::DeviceVisible;
use crate::error::Result;
use crate::util::tuples::for_tuples;
use smallvec::SmallVec;
use std::future::poll_fn;
use std::task::{Context, Poll};

/// Allocations or guards, or lists of them, that can be waited for together: tuples of up to 32.
pub trait WaitDevice: Sized {
    /// The guards, in the same order.
    type Guards;

    /// Makes the *device* wait for each, as [`Guard::wait_device`] does; if the queue needs a barrier, with one for all.
    fn wait_device<Q: CommandQueue>(self, queue: &Q) -> impl Future<Output = Result<Self::Guards>>;
}

mod sealed {
    /// A guard that is handed in must be the one that comes out. Only the library can promise that.
    pub trait Sealed {}
}

pub(super) use sealed::Sealed;

/// Shows that a queue is ordered after what the guards need. Only the library makes one, so that no guard gets on a queue
/// that was not waited for.
#[derive(Debug)]
pub struct Begun(());

impl Begun {
    /// The uses begin on `queue`.
    pub(super) fn on<Q: CommandQueue>(queue: &Q, uses: &Uses<'_>) -> Result<Self> {
        queue.begin(uses)?;
        Ok(Begun(()))
    }
}

/// A guard or a list of guards, in any state, that can be waited for together with others.
pub trait Waiting: Sealed + Sized {
    /// The same, on a queue.
    type OnQueue;

    /// Ready when there is nothing left that the queue could not wait for.
    #[doc(hidden)]
    fn poll_reach<Q: CommandQueue>(
        &mut self,
        queue: &Q,
        reach: &mut Reach,
        context: &mut Context<'_>,
    ) -> Poll<Result<()>>;

    /// Fills a version that was not used yet with the debug pattern.
    #[doc(hidden)]
    fn fill_new_version<Q: CommandQueue>(&mut self, queue: &Q) -> impl Future<Output = Result<()>>;

    /// Adds its accesses.
    #[doc(hidden)]
    fn add_uses<'a>(&'a self, uses: &mut Uses<'a>);

    /// The same, on a queue that its uses have begun on.
    #[doc(hidden)]
    fn enter<Q: CommandQueue>(self, queue: &Q, begun: &Begun) -> Self::OnQueue;
}

/// A device guard or a list of them that can be released together with others.
pub trait Releasing: Sealed {
    #[doc(hidden)]
    fn add_released<'a>(&'a self, released: &mut Released<'a>);

    /// Releases it, when its opaque uses have ended.
    #[doc(hidden)]
    fn release_settled(self);
}

/// The uses of guards that are released together.
#[derive(Debug)]
pub struct Released<'a>(pub(super) SmallVec<[&'a Use; 8]>);

impl<T: DeviceVisible, A: Access, S> Waiting for Guard<T, A, S> {
    type OnQueue = DeviceGuard<T, A>;

    #[inline]
    fn poll_reach<Q: CommandQueue>(
        &mut self,
        queue: &Q,
        reach: &mut Reach,
        context: &mut Context<'_>,
    ) -> Poll<Result<()>> {
        self.held.poll_queue(queue, reach, context)
    }

    async fn fill_new_version<Q: CommandQueue>(&mut self, queue: &Q) -> Result<()> {
        self.held.fill_for(queue).await
    }

    fn add_uses<'a>(&'a self, uses: &mut Uses<'a>) {
        uses.0.push((&self.held.usage, Held::<T, A>::access()));
    }

    fn enter<Q: CommandQueue>(self, queue: &Q, _: &Begun) -> DeviceGuard<T, A> {
        self.on_queue(queue.id())
    }
}

impl<T: Send + 'static, A: Access, S> Sealed for Guard<T, A, S> {}

impl<T: Send + 'static, A: Access, H> Releasing for Guard<T, A, OnDevice<H>> {
    fn add_released<'a>(&'a self, released: &mut Released<'a>) {
        released.0.push(&self.held.usage);
    }

    fn release_settled(self) {
        self.ready();
    }
}

macro_rules! tuples {
    ($($G:ident $i:tt),+;) => {
        impl<$($G: Waiting),+> WaitDevice for ($($G,)+) {
            type Guards = ($($G::OnQueue,)+);

            async fn wait_device<Q: CommandQueue>(mut self, queue: &Q) -> Result<Self::Guards> {
                $(
                    let mut reach = Reach::default();
                    poll_fn(|context| self.$i.poll_reach(queue, &mut reach, context)).await?;
                )+
                if queue.fills_new_versions() {
                    // In a box: what is nearly never needed takes no room in the future of a pipeline.
                    $(Box::pin(self.$i.fill_new_version(queue)).await?;)+
                }
                let mut uses = Uses::new();
                $(self.$i.add_uses(&mut uses);)+
                let begun = Begun::on(queue, &uses)?;
                drop(uses);
                Ok(($(self.$i.enter(queue, &begun),)+))
            }
        }

        impl<$($G: Releasing),+> Release for ($($G,)+) {
            fn release(self) {
                let mut released = Released(SmallVec::new());
                $(self.$i.add_released(&mut released);)+
                settle(released.0.iter().copied());
                drop(released);
                $(self.$i.release_settled();)+
            }
        }
    };
}

for_tuples!(tuples);
