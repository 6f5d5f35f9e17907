//! [`Version`]: one version of a resource, kept for as long as it is held.

use super::readable::Readable;
use super::shared::Resource;
use crate::slots::state::UseIndex;
use crate::sync::event::{Event, Events, Status};
use std::fmt;
use std::ops::Deref;

/// A version of a resource, whose slot is kept: no other use writes or updates it while the version is held.
///
/// Made by [`Resource::pin`] and [`Resource::latest`], and passed where a pipeline declares `#[reads]` or
/// `#[updates]`. Uses through it are in order with each other and with those that read the resource while this is
/// its newest version. A use that would write the slot, or update it not through a version, waits until all versions
/// in it are dropped and the uses through them have ended. A use holds the slot itself: the version can be dropped
/// once it is acquired.
///
/// A clone is another hold on the same slot. An update through one of them is seen through all. Dropping the last
/// one lets the slot go; forgetting one keeps the slot for ever.
///
/// ```
/// use gpu_stages::{Resource, Result, gpu_pipeline};
///
/// #[gpu_pipeline]
/// async fn difference(#[reads] before: i32, #[reads] after: i32) -> Result<i32> {
///     Ok(after - before)
/// }
///
/// # fn main() -> Result<()> {
/// # futures::executor::block_on(async {
/// let level = Resource::ring([10, 0]);
/// let before = level.pin();
/// level.replace(13).await?;
/// assert_eq!(difference(&before, &level).await?, 3);
/// # Ok(()) })
/// # }
/// ```
///
/// # A wait without end
///
/// A ring whose every slot is pinned has no room for the next version: do not wait for a writer of the slot, or for
/// what that writer holds, with the version in hand.
///
/// A call through the version waits like that if it also asks for what an earlier writer of the slot asks for: it goes
/// before that writer here, and behind it there. [`stall::report`](crate::stall::report) calls this a cycle; it ends
/// when one of the two calls is dropped.
#[must_use = "a version that is dropped at once keeps nothing"]
pub struct Version<T: Send + 'static>(Readable<T>);

impl<T: Send + 'static> Clone for Version<T> {
    fn clone(&self) -> Self {
        Version(self.0.clone())
    }
}

impl<T: Send + 'static> fmt::Debug for Version<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T: Send + 'static> Deref for Version<T> {
    type Target = Readable<T>;

    fn deref(&self) -> &Readable<T> {
        &self.0
    }
}

impl<T: Send + 'static> Resource<T> {
    /// The newest version as of now, kept. Its writer may still have to write it: then readers of the version wait
    /// as usual, and if it is never written they are told so
    /// ([`Error::NeverWritten`](crate::Error::NeverWritten)).
    pub fn pin(&self) -> Version<T> {
        let pin = self.slots.core.state().pin();
        self.version(pin)
    }

    /// The newest version that is complete and good by now, kept; `None` if there is none. Does not wait.
    ///
    /// A version is complete when its writer is released and its commands are over. It is there until the next
    /// writer of its slot is given the slot, which in a ring with more slots than frames in flight is not before
    /// newer ones are there. The version goes before writers that wait for readers of it: with one slot, readers that each
    /// begin before the one before has ended keep writers out for ever. A second slot mends that.
    pub fn latest(&self) -> Option<Version<T>> {
        let core = &self.slots.core;
        let writes = core.state().last_writes();
        // The devices are asked outside of the lock; what is written meanwhile counts if it is known to be over.
        let keeps = core.keeps_on_failure();
        let over: Events = writes
            .into_iter()
            .filter(|event| is_over(event, keeps))
            .collect();
        let is_over = |event: &Event| {
            event.is_noted_good()
                || keeps && event.is_noted_over()
                || over.iter().any(|it| it.is(event))
        };
        let pin = core.state().pin_complete(is_over);
        pin.map(|pin| self.version(pin))
    }

    fn version(&self, pin: UseIndex) -> Version<T> {
        Version(Readable::new(self.slots.clone(), Some(pin)))
    }
}

/// Whether a write is over, and went well if that matters.
fn is_over(event: &Event, keeps: bool) -> bool {
    match event.ask() {
        Status::Complete => true,
        Status::Failed(_) => keeps,
        Status::Pending => false,
    }
}
