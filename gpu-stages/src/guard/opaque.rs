//! Opaque uses of device guards.

use super::access::{Access, Exclusive};
use super::list::GuardList;
use super::single::{Guard, OnDevice};
use crate::device::command_queue::{CommandQueue, Opaque, OpaqueUses, Uses};
use crate::error::{Error, Problem, Result};
use crate::sync::access;
use crate::sync::clock::QueueId;
use crate::util::tuples::for_tuples;

/// A guard, or a list of guards, that an opaque stage uses.
pub trait OpaqueUse {
    #[doc(hidden)]
    fn add<'a>(&'a self, queue: QueueId, uses: &mut Uses<'a>) -> Result<()>;
}

impl<T: Send + 'static, A: Access, H> Guard<T, A, OnDevice<H>> {
    /// Adds a use of the guard, if it was waited for on `queue`.
    fn add_use<'a>(
        &'a self,
        access: access::Access,
        queue: QueueId,
        uses: &mut Uses<'a>,
    ) -> Result<()> {
        let usage = &self.held.usage;
        if self.state.queue != queue {
            return Err(Error::Command {
                site: usage.site(),
                problem: Box::new(Problem::WrongQueue),
            });
        }
        uses.0.push((usage, access));
        Ok(())
    }
}

impl<T: Send + 'static, A: Access, H> OpaqueUse for &Guard<T, A, OnDevice<H>> {
    fn add<'a>(&'a self, queue: QueueId, uses: &mut Uses<'a>) -> Result<()> {
        self.add_use(access::Access::Read, queue, uses)
    }
}

impl<T: Send + 'static, A: Exclusive, H> OpaqueUse for &mut Guard<T, A, OnDevice<H>> {
    fn add<'a>(&'a self, queue: QueueId, uses: &mut Uses<'a>) -> Result<()> {
        self.add_use(access::Access::Write, queue, uses)
    }
}

impl<T: Send + 'static, A: Access, H> OpaqueUse for &GuardList<T, A, OnDevice<H>> {
    fn add<'a>(&'a self, queue: QueueId, uses: &mut Uses<'a>) -> Result<()> {
        let mut guards = self.guards().iter();
        guards.try_for_each(|guard| guard.add_use(access::Access::Read, queue, uses))
    }
}

impl<T: Send + 'static, A: Exclusive, H> OpaqueUse for &mut GuardList<T, A, OnDevice<H>> {
    fn add<'a>(&'a self, queue: QueueId, uses: &mut Uses<'a>) -> Result<()> {
        let mut guards = self.guards().iter();
        guards.try_for_each(|guard| guard.add_use(access::Access::Write, queue, uses))
    }
}

macro_rules! tuples {
    ($($U:ident $i:tt),+;) => {
        impl<$($U: OpaqueUse),+> OpaqueUses for ($($U,)+) {
            fn open<Q: CommandQueue>(self, queue: &Q) -> Result<Opaque> {
                let id = queue.id();
                let mut uses = Uses::new();
                $(self.$i.add(id, &mut uses)?;)+
                queue.open(&uses)
            }
        }
    };
}

for_tuples!(tuples);
