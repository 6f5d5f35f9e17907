//! Filling a new version with the debug pattern before its first use, where the device is told to.

use super::access::Access;
use super::held::{Held, Value};
use crate::device::command_queue::CommandQueue;
use crate::device::pass::Pass;
use crate::device::visible::DeviceVisible;
use crate::error::Result;
use crate::slots::state::Mode;
use crate::sync::access;
use std::future::poll_fn;

impl<T: Send + 'static, A: Access> Held<T, A> {
    /// Whether this is a new version that was not used yet.
    fn is_unused(&self) -> bool {
        A::MODE == Mode::Write && !self.usage.is_dirty()
    }

    /// The function that fills the value, if the access is the first of a new version and filling is wanted.
    #[inline]
    pub fn fill_before(&self, access: access::Access) -> Option<fn(&mut T)> {
        let Value::Slot { slots, .. } = &self.value else {
            return None;
        };
        let fill = slots.debug_fill.get()?;
        let is_first = access == access::Access::Write && self.is_unused();
        is_first.then_some(*fill)
    }

    /// Fills a version that was not used yet: the parts in host memory on the host, those in device memory by commands on
    /// `queue`.
    pub async fn fill_for<Q: CommandQueue>(&mut self, queue: &Q) -> Result<()>
    where
        T: DeviceVisible,
    {
        // The method of the public trait that leads here can be called before the grant.
        poll_fn(|context| self.poll_grant(context)).await?;
        let Value::Slot { slots, .. } = &self.value else {
            return Ok(());
        };
        slots.debug_fill.get_or_init(|| T::fill_on_host);
        if !self.is_unused() {
            return Ok(());
        }
        if T::ON_HOST {
            self.wait_host(access::Access::Write).await?;
            self.wait_queue(queue).await?;
        }
        let pass = Pass::new(self.usage.clone(), queue.id());
        T::fill_on_device(&mut self.value().hold(&pass), queue)
    }
}
