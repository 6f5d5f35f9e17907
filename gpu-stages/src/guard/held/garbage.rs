//! Filling a new version with garbage before its first use, where the device is asked to.

use super::{Held, Hold};
use crate::error::Result;
use crate::guard::access::Access;
use crate::queue::CommandQueue;
use crate::terms::Mode;
use crate::track;
use crate::visible::{DeviceVisible, Pass};

impl<T: Send + 'static, A: Access> Held<T, A> {
    /// Whether this use has begun to write.
    fn is_dirty(&self) -> bool {
        match self.lease.has_account() {
            true => self.lease.is_dirty(),
            false => self.wrote,
        }
    }

    /// Whether this is a new version that was not used yet.
    fn is_unused(&self) -> bool {
        A::MODE == Mode::Write && !self.is_dirty()
    }

    /// What fills the value with garbage, if that is wanted and nothing was written yet.
    pub fn spoiler(&self, access: track::Access) -> Option<fn(&mut T)> {
        let Hold::Slot { slots, .. } = &self.hold else {
            return None;
        };
        let spoil = slots.spoil.get()?;
        let fresh = access == track::Access::Write && self.is_unused();
        fresh.then_some(*spoil)
    }

    /// Fills a version that was not used yet with garbage, if `queue` wants it: on the host what is there, and by
    /// commands on `queue` what is on the device.
    pub async fn spoil_for<Q: CommandQueue>(&mut self, queue: &Q) -> Result<()>
    where
        T: DeviceVisible,
    {
        let Hold::Slot { slots, .. } = &self.hold else {
            return Ok(());
        };
        slots.spoil.get_or_init(|| T::spoil_on_host);
        if !self.is_unused() {
            return Ok(());
        }
        if T::ON_HOST {
            self.wait_events(track::Access::Write).await?;
            self.wait_device(queue).await?;
        }
        let pass = Pass::new(self.lease.clone(), queue.id());
        T::spoil(&mut self.value().hold(&pass), queue)
    }
}
