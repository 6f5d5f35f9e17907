//! Device guards whose values are used by what the library does not see.

use super::access::{Access, Exclusive};
use super::{Guard, GuardList, OnDevice};
use crate::error::{Error, Problem, Result};
use crate::order::QueueId;
use crate::queue::{CommandQueue, Opaque, OpaqueUses, Uses};
use crate::track;
use crate::tuples::for_tuples;

/// One of them.
pub trait OpaqueUse {
    #[doc(hidden)]
    fn add<'a>(&'a self, queue: QueueId, uses: &mut Uses<'a>) -> Result<()>;
}

impl<T: Send + 'static, A: Access, H> Guard<T, A, OnDevice<H>> {
    /// Adds a use of the guard, if it was waited for on `queue`.
    fn add_use<'a>(
        &'a self,
        access: track::Access,
        queue: QueueId,
        uses: &mut Uses<'a>,
    ) -> Result<()> {
        let lease = &self.held.lease;
        if self.state.queue != queue {
            return Err(Error::Command {
                site: lease.site(),
                problem: Box::new(Problem::WrongQueue),
            });
        }
        uses.0.push((lease, access));
        Ok(())
    }
}

impl<T: Send + 'static, A: Access, H> OpaqueUse for &Guard<T, A, OnDevice<H>> {
    fn add<'a>(&'a self, queue: QueueId, uses: &mut Uses<'a>) -> Result<()> {
        self.add_use(track::Access::Read, queue, uses)
    }
}

impl<T: Send + 'static, A: Exclusive, H> OpaqueUse for &mut Guard<T, A, OnDevice<H>> {
    fn add<'a>(&'a self, queue: QueueId, uses: &mut Uses<'a>) -> Result<()> {
        self.add_use(track::Access::Write, queue, uses)
    }
}

impl<T: Send + 'static, A: Access, H> OpaqueUse for &GuardList<T, A, OnDevice<H>> {
    fn add<'a>(&'a self, queue: QueueId, uses: &mut Uses<'a>) -> Result<()> {
        let mut guards = self.guards().iter();
        guards.try_for_each(|guard| guard.add_use(track::Access::Read, queue, uses))
    }
}

impl<T: Send + 'static, A: Exclusive, H> OpaqueUse for &mut GuardList<T, A, OnDevice<H>> {
    fn add<'a>(&'a self, queue: QueueId, uses: &mut Uses<'a>) -> Result<()> {
        let mut guards = self.guards().iter();
        guards.try_for_each(|guard| guard.add_use(track::Access::Write, queue, uses))
    }
}

macro_rules! tuples {
    ($($U:ident $i:tt),+;) => {
        impl<$($U: OpaqueUse),+> OpaqueUses for ($($U,)+) {
            fn open<Q: CommandQueue>(self, queue: &Q) -> Result<Opaque> {
                let id = queue.id();
                let mut uses = Uses::default();
                $(self.$i.add(id, &mut uses)?;)+
                queue.open(&uses)
            }
        }
    };
}

for_tuples!(tuples);
