//! What a device brings to the program. Another backend is another function here, and another
//! [`DeviceChoice`](crate::options::DeviceChoice).

use gpu_stages::Backend;
use gpu_stages::cpu::{self, Cpu};

/// A device that is ready for use.
pub struct Device<B: Backend> {
    /// Its name, for the report.
    pub name: String,
    /// The library's handle.
    pub handle: B::Device,
    /// A kernel that reads one buffer and writes it, times three, into another.
    pub triple: B::Kernel,
}

/// The embedded device.
pub fn cpu() -> Device<Cpu> {
    Device {
        name: "cpu".into(),
        handle: cpu::Device::new(),
        triple: cpu::Kernel::new("triple", |input: &[f32], output: &mut [f32]| {
            for (x, y) in input.iter().zip(output) {
                *y = 3.0 * x;
            }
        }),
    }
}
