//! Waiting for the grant of a use.

use super::access::Access;
use super::held::{Held, Value};
use crate::error::{Error, Result};
use crate::observe::{self, Awaited, Interest, Observation};
use std::task::{Context, Poll, ready};

impl<T: Send + 'static, A: Access> Held<T, A> {
    /// Ready once all earlier uses that conflict are released. Their device work may still run: it is in the dependencies
    /// then.
    #[inline]
    pub fn poll_grant(&mut self, context: &mut Context<'_>) -> Poll<Result<()>> {
        if self.is_granted {
            return Poll::Ready(Ok(()));
        }
        self.poll_wait_queue(context)
    }

    fn poll_wait_queue(&mut self, context: &mut Context<'_>) -> Poll<Result<()>> {
        let Value::Slot { slots, index, .. } = &self.value else {
            return Poll::Ready(Ok(()));
        };
        let core = &slots.core;
        let mut granted = core.poll_grant(*index, &self.usage, A::MODE);
        if granted.is_pending() {
            observe::emit(Interest::STALLS, || Observation::MayStall);
            self.usage.observe_wait(Awaited::Turn, true);
            granted = core.poll_grant_or_park(*index, &self.usage, A::MODE, context.waker());
        }
        match ready!(granted) {
            Ok(()) => {
                self.usage.observe_wait(Awaited::Turn, false);
                self.is_granted = true;
                Poll::Ready(Ok(()))
            }
            Err(never_written) => Poll::Ready(Err(Error::NeverWritten {
                site: self.usage.site(),
                writer: *never_written.0,
            })),
        }
    }
}
