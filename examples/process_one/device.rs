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

/// The embedded device that `handle` stands for.
pub fn cpu(handle: cpu::Device) -> Device<Cpu> {
    Device {
        name: "cpu".into(),
        handle,
        triple: cpu::Kernel::new("triple", |input: &[f32], output: &mut [f32]| {
            for (x, y) in input.iter().zip(output) {
                *y = 3.0 * x;
            }
        }),
    }
}

/// The OpenCL device that `choice` names; see [`Device::find`](gpu_stages::opencl::Device::find).
#[cfg(feature = "opencl")]
pub fn opencl(choice: &str) -> gpu_stages::Result<Device<gpu_stages::opencl::OpenCl>> {
    use gpu_stages::opencl;
    let source = "kernel void triple(global const float *in, global float *out) {
        size_t i = get_global_id(0);
        out[i] = 3.0f * in[i];
    }";
    let handle = opencl::Device::find(choice)?;
    Ok(Device {
        name: format!("opencl: {handle}"),
        // SAFETY: each work-item touches its own element of both buffers; there are as many work-items as
        // elements.
        triple: unsafe { opencl::Kernel::build(&handle, source, "triple") }?,
        handle,
    })
}
