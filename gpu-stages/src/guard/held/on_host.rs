//! Uses of values on the host.

use super::{Held, HostUse, Outlast};
use crate::error::Result;
use crate::event::Events;
use crate::guard::access::Access;
use crate::rare::Rare;
use crate::track::{self, Needs, Track};
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// Waits on the host for what a use of the value needs, and notes the use: a future of the guard that `made` makes.
///
/// It is written out because most have nothing to wait for: an async function has room for all that it may ever need,
/// several times over, and that is copied.
#[must_use = "futures do nothing unless polled"]
pub struct WaitOnHost<T: Send + 'static, A: Access, M> {
    /// None once it is resolved.
    held: Option<Held<T, A>>,
    access: track::Access,
    /// None while nothing was found to wait for.
    outlast: Rare<Outlast>,
    made: M,
}

// Nothing is pinned: values are moved with their guards.
impl<T: Send + 'static, A: Access, M> Unpin for WaitOnHost<T, A, M> {}

impl<T: Send + 'static, A: Access, M> WaitOnHost<T, A, M> {
    #[inline]
    pub fn new(held: Held<T, A>, access: track::Access, made: M) -> Self {
        WaitOnHost {
            held: Some(held),
            access,
            outlast: Rare::NONE,
            made,
        }
    }
}

impl<T: Send + 'static, A: Access, G, M: Fn(Held<T, A>) -> G> Future for WaitOnHost<T, A, M> {
    type Output = Result<G>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<G>> {
        let this = &mut *self;
        let Some(held) = &mut this.held else {
            panic!("a wait was polled after it had resolved");
        };
        let result = ready!(held.poll_events(this.access, &mut this.outlast, context));
        // An error hands on: before the caller hears of it.
        let held = this.held.take();
        Poll::Ready(match (result, held) {
            (Ok(()), Some(held)) => Ok((this.made)(held)),
            (Ok(()), None) => unreachable!("it was there"),
            (Err(error), held) => {
                drop(held);
                Err(error)
            }
        })
    }
}

impl<T: Send + 'static, A: Access> Held<T, A> {
    /// Waits on the host for what a use of the value needs, and notes the use.
    pub async fn wait_events(&mut self, access: track::Access) -> Result<()> {
        let mut outlast = None;
        poll_fn(|context| self.poll_events(access, &mut outlast, context)).await
    }

    #[inline]
    fn poll_events(
        &mut self,
        access: track::Access,
        outlast: &mut Option<Outlast>,
        context: &mut Context<'_>,
    ) -> Poll<Result<()>> {
        ready!(self.poll_turn(context))?;
        if self.lease.has_account() {
            return self.poll_devices(access, outlast, context);
        }
        let spoil = self.spoiler(access);
        self.wrote |= access == track::Access::Write;
        self.begins_on_host(access, spoil);
        Poll::Ready(Ok(()))
    }

    /// The same, when the turn has come and there is an account.
    fn poll_devices(
        &mut self,
        access: track::Access,
        outlast: &mut Option<Outlast>,
        context: &mut Context<'_>,
    ) -> Poll<Result<()>> {
        let spoil = self.spoiler(access);
        let look = |track: &mut Track| {
            if track.is_free(access) {
                track.host_use(access, &mut Events::new());
                return None;
            }
            let mut needs = Needs::default();
            track.needs(access, None, &mut needs);
            Some(needs)
        };
        let is_waiting = outlast.is_some();
        let needs = if is_waiting {
            None
        } else {
            self.look_at(look)?
        };
        if is_waiting || needs.is_some() {
            let outlast = outlast.get_or_insert_default();
            ready!(outlast.poll(&[self.host_use(access)], needs, context))?;
            self.lease.host_use(access);
        }
        self.begins_on_host(access, spoil);
        Poll::Ready(Ok(()))
    }

    /// The host's use begins, on garbage if there is a `spoil`.
    pub fn begins_on_host(&mut self, access: track::Access, spoil: Option<fn(&mut T)>) {
        if let Some(watched) = &*self.watched {
            watched.begins(access, self.lease.call());
        }
        if let (Some(spoil), Some(value)) = (spoil, self.exclusive()) {
            spoil(value);
        }
    }

    /// A use of the value on the host, which waits.
    pub fn host_use(&self, access: track::Access) -> HostUse<'_> {
        HostUse {
            lease: &self.lease,
            watched: self.watched.as_ref(),
            access,
        }
    }
}
