//! [`WaitOnHost`]: waiting until the host may use a value.

use super::access::Access;
use super::device_wait::DeviceWait;
use super::held::Held;
use crate::call::{Dependencies, Needs};
use crate::error::Result;
use crate::observe::{self, Interest, Observation};
use crate::sync::access;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// Waits until the host may access the value, and records the access. Resolves to the guard that `make` makes.
///
/// It is written by hand because an async function reserves room for everything that it may ever need, and that is copied
/// with it.
#[must_use = "futures do nothing unless polled"]
pub(super) struct WaitOnHost<T: Send + 'static, A: Access, M> {
    /// None once it has resolved.
    held: Option<Held<T, A>>,
    access: access::Access,
    /// None while there was nothing to wait for.
    wait: Option<DeviceWait>,
    make: M,
}

// Nothing is pinned: values move with their guards.
impl<T: Send + 'static, A: Access, M> Unpin for WaitOnHost<T, A, M> {}

impl<T: Send + 'static, A: Access, M> WaitOnHost<T, A, M> {
    #[inline]
    pub fn new(held: Held<T, A>, access: access::Access, make: M) -> Self {
        WaitOnHost {
            held: Some(held),
            access,
            wait: None,
            make,
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
        let result = ready!(held.poll_host(this.access, &mut this.wait, context));
        // An error releases the use, before the caller sees it.
        let held = this.held.take();
        Poll::Ready(match (result, held) {
            (Ok(()), Some(held)) => Ok((this.make)(held)),
            (Ok(()), None) => unreachable!("it was there when it was polled"),
            (Err(error), held) => {
                drop(held);
                Err(error)
            }
        })
    }
}

impl<T: Send + 'static, A: Access> Held<T, A> {
    /// Waits until the host may access the value, and records the access.
    pub async fn wait_host(&mut self, access: access::Access) -> Result<()> {
        let mut wait = None;
        poll_fn(|context| self.poll_host(access, &mut wait, context)).await
    }

    fn poll_host(
        &mut self,
        access: access::Access,
        wait: &mut Option<DeviceWait>,
        context: &mut Context<'_>,
    ) -> Poll<Result<()>> {
        ready!(self.poll_grant(context))?;
        let fill = self.fill_before(access);
        let needs = match wait {
            Some(_) => None,
            None => self.check(|dependencies| needs_on_host(dependencies, access))?,
        };
        if wait.is_some() || needs.is_some() {
            let wait = wait.get_or_insert_default();
            ready!(wait.poll(&[(&self.usage, access)], needs, context))?;
            self.usage.record_host(access);
        }
        self.begin_on_host(access, fill);
        Poll::Ready(Ok(()))
    }

    /// The use by the host begins, on the debug pattern if there is a `fill`.
    pub fn begin_on_host(&mut self, access: access::Access, fill: Option<fn(&mut T)>) {
        observe::emit(Interest::USES, || Observation::HostUseBegan {
            id: self.usage.id(),
            access,
            origin: self.usage.call().origin(),
        });
        if let (Some(fill), Some(value)) = (fill, self.exclusive()) {
            fill(value);
        }
    }
}

/// What an access of the host must wait for. Where that is nothing, the access is recorded at once.
#[inline]
fn needs_on_host(dependencies: &mut Dependencies, access: access::Access) -> Option<Needs> {
    if dependencies.is_free(access) {
        dependencies.record_free_host(access);
        return None;
    }
    let mut needs = Needs::default();
    dependencies.add_needs(access, None, &mut needs);
    Some(needs)
}
