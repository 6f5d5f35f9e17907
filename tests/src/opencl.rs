//! The OpenCL device that the tests run on, and what it can do.

use crate::talk::TestBackend;
use gpu_stages::opencl::{Device, Kernel, OpenCl};

/// The device as `opencl::Device::find` takes it: what the environment variable `GPU_STAGES_OPENCL_DEVICE` says, or the
/// first device.
pub fn device_choice() -> String {
    std::env::var("GPU_STAGES_OPENCL_DEVICE").unwrap_or_default()
}

/// Another context of the device.
pub fn another_context() -> Device {
    Device::find(&device_choice()).expect("an OpenCL device")
}

/// The same device in the `ocl` crate, with a context of its own.
pub fn ocl_context() -> ocl::Context {
    let ours = OpenCl::device().to_string();
    for platform in ocl::Platform::list() {
        for device in ocl::Device::list_all(platform).expect("the devices of a platform") {
            let names = (device.name(), platform.name());
            let (Ok(device_name), Ok(platform_name)) = names else {
                continue;
            };
            if format!("{} ({})", device_name.trim(), platform_name.trim()) == ours {
                let mut context = ocl::Context::builder();
                let context = context.platform(platform).devices(device).build();
                return context.expect("a context");
            }
        }
    }
    panic!("`ocl` does not find {ours}");
}

/// Whether the driver is known to fail all commands after a failed one. With others the library gives each command an
/// event and asks about each, which takes more calls.
pub fn all_fail_after_a_failure() -> bool {
    let device = OpenCl::device().to_string();
    device.ends_with("(Portable Computing Language)")
}

/// Whether kernels of the device can use numbers of double precision.
pub fn has_doubles() -> bool {
    let source = "kernel void twice(global double *x) { x[0] *= 2.0; }";
    // SAFETY: it is not launched.
    unsafe { Kernel::build(&OpenCl::device(), source, "twice") }.is_ok()
}
