//! Device guards whose values are used by what the library does not see.

use super::access::{Access, Exclusive};
use super::{Guard, OnDevice};
use crate::error::{Error, Problem, Result};
use crate::lease::Lease;
use crate::order::QueueId;
use crate::queue::{CommandQueue, Opaque, Uses};
use crate::track;

/// Device guards that [`CommandQueue::opaque`] can be told: tuples of up to 16, of `&guard` to read and
/// `&mut guard` to write.
pub trait OpaqueUses {
    #[doc(hidden)]
    fn open<Q: CommandQueue>(self, queue: &Q) -> Result<Opaque>;
}

/// One of them.
pub trait OpaqueUse {
    #[doc(hidden)]
    fn used(&self) -> Used<'_>;
}

/// A use of a guard that was waited for on a queue.
#[derive(Debug)]
pub struct Used<'a> {
    lease: &'a Lease,
    access: track::Access,
    queue: QueueId,
}

impl<'a> Used<'a> {
    /// The use, if the guard was waited for on `queue`.
    fn on(self, queue: QueueId) -> Result<(&'a Lease, track::Access)> {
        if self.queue == queue {
            return Ok((self.lease, self.access));
        }
        Err(Error::Command {
            site: self.lease.site(),
            problem: Box::new(Problem::WrongQueue),
        })
    }
}

impl<T: Send + 'static, A: Access, H> OpaqueUse for &Guard<T, A, OnDevice<H>> {
    fn used(&self) -> Used<'_> {
        Used {
            lease: &self.held.lease,
            access: track::Access::Read,
            queue: self.state.queue,
        }
    }
}

impl<T: Send + 'static, A: Exclusive, H> OpaqueUse for &mut Guard<T, A, OnDevice<H>> {
    fn used(&self) -> Used<'_> {
        Used {
            lease: &self.held.lease,
            access: track::Access::Write,
            queue: self.state.queue,
        }
    }
}

macro_rules! tuples {
    ($($($U:ident $i:tt),+;)+) => {$(
        impl<$($U: OpaqueUse),+> OpaqueUses for ($($U,)+) {
            fn open<Q: CommandQueue>(self, queue: &Q) -> Result<Opaque> {
                let id = queue.id();
                queue.open(&Uses(&[$(self.$i.used().on(id)?),+]))
            }
        }
    )+};
}

tuples! {
    U0 0;
    U0 0, U1 1;
    U0 0, U1 1, U2 2;
    U0 0, U1 1, U2 2, U3 3;
    U0 0, U1 1, U2 2, U3 3, U4 4;
    U0 0, U1 1, U2 2, U3 3, U4 4, U5 5;
    U0 0, U1 1, U2 2, U3 3, U4 4, U5 5, U6 6;
    U0 0, U1 1, U2 2, U3 3, U4 4, U5 5, U6 6, U7 7;
    U0 0, U1 1, U2 2, U3 3, U4 4, U5 5, U6 6, U7 7, U8 8;
    U0 0, U1 1, U2 2, U3 3, U4 4, U5 5, U6 6, U7 7, U8 8, U9 9;
    U0 0, U1 1, U2 2, U3 3, U4 4, U5 5, U6 6, U7 7, U8 8, U9 9, U10 10;
    U0 0, U1 1, U2 2, U3 3, U4 4, U5 5, U6 6, U7 7, U8 8, U9 9, U10 10, U11 11;
    U0 0, U1 1, U2 2, U3 3, U4 4, U5 5, U6 6, U7 7, U8 8, U9 9, U10 10, U11 11, U12 12;
    U0 0, U1 1, U2 2, U3 3, U4 4, U5 5, U6 6, U7 7, U8 8, U9 9, U10 10, U11 11, U12 12, U13 13;
    U0 0, U1 1, U2 2, U3 3, U4 4, U5 5, U6 6, U7 7, U8 8, U9 9, U10 10, U11 11, U12 12, U13 13, U14 14;
    U0 0, U1 1, U2 2, U3 3, U4 4, U5 5, U6 6, U7 7, U8 8, U9 9, U10 10, U11 11, U12 12, U13 13, U14 14, U15 15;
}
