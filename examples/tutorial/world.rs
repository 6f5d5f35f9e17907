//! What every step finds: a device in virtual time, kernels, and the network. The buffers are small, so that the program
//! runs fast; the times are those of a larger array.

use crate::engines::{Dump, Kernels};
use crate::network::{Receiver, Sender, Sent};
use gpu_stages::bound::{Depths, Frame};
use gpu_stages::cpu::timing::{Cost, Timing};
use gpu_stages::cpu::{Device, Simulation};
use std::sync::PoisonError;
use std::time::Duration;

const fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// To receive a frame.
pub const RECEIVE: Duration = ms(2);
/// To upload it, and to upload it with the end of the previous frame.
pub const UPLOAD: Duration = ms(3);
pub const UPLOAD_WITH_HISTORY: Duration = ms(4);
pub const F: Duration = ms(2);
pub const X: Duration = ms(1);
/// To clear the sums.
pub const CLEAR: Duration = ms(1);
/// To download products, or sums.
pub const DOWNLOAD: Duration = ms(5);
/// To add up the products of a frame, or to send a dump.
pub const SEND: Duration = ms(2);

/// Bytes per second, each way: what the times of the transfers come from.
const BUS: f64 = 576_000.0;

pub struct World {
    pub simulation: Simulation,
    pub device: Device,
    pub kernels: Kernels,
    sent: Sent,
}

impl World {
    pub fn new() -> Self {
        let bus = Cost::rate(BUS, Duration::ZERO);
        let timing = Timing::new().uploads(bus).downloads(bus);
        let timing = timing.copies(Cost::fixed(CLEAR));
        let timing = timing
            .kernel("F", Cost::fixed(F))
            .kernel("X", Cost::fixed(X));
        let simulation = Simulation::timed(timing);
        let device = Device::builder().check_hazards(true);
        World {
            device: device.simulated(&simulation).build(),
            simulation,
            kernels: Kernels::new(),
            sent: Sent::default(),
        }
    }

    pub fn receiver(&self) -> Receiver {
        Receiver::new(&self.simulation)
    }

    pub fn sender(&self) -> Sender {
        Sender::new(&self.simulation, &self.sent)
    }

    /// What was sent.
    pub fn dumps(&self) -> Vec<Dump> {
        self.sent
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// What the bound of a step follows from.
pub struct Plan {
    pub frame: Frame,
    pub depths: Depths,
    /// How many frames of samples the bound's frame is.
    pub frames: usize,
}
