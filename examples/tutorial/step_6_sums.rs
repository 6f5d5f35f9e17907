//! [`Sums`]: the sums on the device, and the pipelines that begin and send a dump.

use crate::engines::{DUMP, PRODUCTS};
use crate::network::Sender;
use crate::world::{CLEAR, DOWNLOAD, Plan, SEND, World};
use gpu_stages::bound::{Depths, Frame, Timed};
use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Queue};
use gpu_stages::{Resource, Result, gpu_pipeline};
use num_complex::Complex32;

/// The sums on the device and on the host.
pub struct Sums {
    pub compute: Queue,
    pub sums: Resource<DeviceBuffer<Complex32>>,
    down: Queue,
    h_sums: Resource<HostBuffer<Complex32>>,
    sender: Resource<Sender>,
}

impl Sums {
    pub fn new(world: &World) -> Result<Self> {
        let device = &world.device;
        Ok(Sums {
            compute: Queue::new(device)?,
            sums: Resource::try_ring(2, || DeviceBuffer::new(device, PRODUCTS))?,
            down: Queue::new(device)?,
            h_sums: Resource::try_ring(2, || HostBuffer::new(device, PRODUCTS))?,
            sender: Resource::new(world.sender()),
        })
    }

    /// Begins a dump, in the other slot.
    #[gpu_pipeline]
    pub async fn clear(
        &self,
        #[queue(self.compute)] compute: Queue,
        #[writes(self.sums)] sums: DeviceBuffer<Complex32>,
    ) -> Result<()> {
        #[stage(name = "clear")]
        compute.fill(&mut sums, Complex32::ZERO)?;
        Ok(())
    }

    /// Sends a dump.
    #[gpu_pipeline]
    pub async fn dump(
        &self,
        #[queue(self.down)] down: Queue,
        #[reads(self.sums)] sums: DeviceBuffer<Complex32>,
        #[writes(self.h_sums)] h_sums: HostBuffer<Complex32>,
        #[updates(self.sender)] sender: Sender,
    ) -> Result<()> {
        #[stage(name = "download")]
        down.download(&sums, &mut h_sums)?;
        #[stage(name = "send")]
        sender.send(&h_sums).await;
        Ok(())
    }

    /// A dump of frames that `correlate` adds up.
    pub fn plan(correlate: Timed) -> Plan {
        let clear = Frame::of(Timed::new(Self::CLEAR_SCHEDULE, [CLEAR]));
        let frames = (0..DUMP).fold(clear, |frame, _| frame.and(correlate.clone()));
        Plan {
            frame: frames.and(Timed::new(Self::DUMP_SCHEDULE, [DOWNLOAD, SEND])),
            depths: Depths::of(2),
            frames: DUMP,
        }
    }
}
