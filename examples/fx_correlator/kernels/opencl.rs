//! The kernels of OpenCL devices, built for one shape.

use super::Kernels;
use crate::shape::Shape;
use gpu_stages::Result;
use gpu_stages::opencl::{Device, Kernel, OpenCl};

/// The kernels for this shape.
pub fn opencl(device: &Device, shape: &Shape) -> Result<Kernels<OpenCl>> {
    let source = format!(
        "#define SPECTRA {}\n#define CHANNELS {}\n#define TAPS {}\n#define FIRST {}\n#define BAND {}\n\
         #define GROUP {}\n{}",
        shape.spectra,
        shape.channels,
        shape.taps,
        shape.first_channel,
        shape.band,
        shape.group(),
        include_str!("fx.cl"),
    );
    // SAFETY: the kernels are launched by `pipeline.rs` alone, on buffers and grids of the same shape, and with pairs
    // that are inputs of it: each work-item, or group, has its own part of what is written, and what is read lies
    // inside. They write to what is passed as `&mut` alone; what they only read is `const`.
    let build = |name| unsafe { Kernel::build(device, &source, name) };
    Ok(Kernels {
        fir: build("fir")?,
        fft: build("fft")?,
        correlate: build("correlate")?,
    })
}
