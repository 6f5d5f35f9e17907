//! Waiting for one's turn.

use super::{Held, Hold};
use crate::error::{Error, Result};
use crate::guard::access::Access;
use crate::stall;
use crate::terms::{Grant, Known};
use crate::timeline;
use crate::track::Track;
use std::future::poll_fn;
use std::task::{Context, Poll, ready};

impl<T: Send + 'static, A: Access> Held<T, A> {
    /// Ready once everybody before has handed on. What they left is in the account then, if it matters to anybody.
    #[inline]
    pub fn poll_turn(&mut self, context: &mut Context<'_>) -> Poll<Result<()>> {
        if self.granted {
            Poll::Ready(Ok(()))
        } else {
            self.poll_line(context)
        }
    }

    /// The same, in line.
    fn poll_line(&mut self, context: &mut Context<'_>) -> Poll<Result<()>> {
        if timeline::is_wanted() {
            self.open_account();
        }
        let grant = ready!(self.poll_grant(context))?;
        self.granted = true;
        if self.lease.has_account() {
            timeline::has_turn(&self.lease);
        }
        let Hold::Slot { slots, .. } = &self.hold else {
            return Poll::Ready(Ok(()));
        };
        let is_watched = slots.core.is_watched();
        if is_watched || grant.is_some() {
            self.open_account();
        }
        if let Some(grant) = grant {
            self.lease.load(grant);
        }
        if let (true, Hold::Slot { slots, slot, .. }) = (is_watched, &self.hold) {
            *self.watched = slots.core.granted(*slot, &self.lease, A::MODE);
        }
        Poll::Ready(Ok(()))
    }

    fn poll_grant(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<Grant>>> {
        let Hold::Slot {
            slots,
            user: Known::Entered(user),
            ..
        } = &self.hold
        else {
            return Poll::Ready(Ok(None));
        };
        slots.core.look();
        let mut turn = slots.core.ledger().poll(*user);
        if turn.is_pending() {
            stall::note_wait();
            if self.lease.has_account() {
                timeline::waits_for_turn(&self.lease);
            }
            // The waker is cloned, and the one it replaces dropped, outside of the lock.
            let mut waker = Some(context.waker().clone());
            turn = slots.core.ledger().park(*user, &mut waker);
        }
        turn.map_err(|orphaned| {
            self.open_account();
            Error::NeverWritten {
                site: self.lease.site(),
                writer: orphaned.0,
            }
        })
    }

    /// Waits until everybody before has handed on, and looks no further than that the contents are not bad.
    pub async fn wait_turn(&mut self) -> Result<()> {
        poll_fn(|context| self.poll_turn(context)).await?;
        if self.lease.has_account() {
            self.look_at(|_| ())?;
        }
        Ok(())
    }

    /// Waits until everybody before has handed on, on the host or with events of work in flight; then
    /// [looks](Self::look_at) at the track.
    pub async fn granted<R>(&mut self, look: impl Fn(&mut Track) -> R) -> Result<R> {
        poll_fn(|context| self.poll_turn(context)).await?;
        self.look_at(look)
    }
}
