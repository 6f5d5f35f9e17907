//! Several guards at once: waiting for all, releasing all.

use super::access::Access;
use super::held::Held;
use super::queue_wait::Reach;
use super::single::{DeviceGuard, Guard, OnDevice};
use super::waiting::{Begun, Released, Releasing, Sealed, Waiting};
use crate::call::settle;
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
                    let mut reach = Reach::new();
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
