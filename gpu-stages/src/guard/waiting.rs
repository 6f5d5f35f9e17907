//! What guards and lists of guards have in common: they can be waited for, and released, together with others.

use super::queue_wait::Reach;
use crate::call::Use;
use crate::device::command_queue::{CommandQueue, Uses};
use crate::error::Result;
use smallvec::SmallVec;
use std::task::{Context, Poll};

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
