//! The kernels of OpenCL devices, built for one shape.

use super::Kernels;
use crate::shape::Shape;
use gpu_stages::Result;
use gpu_stages::opencl::{Device, Kernel, OpenCl};

/// The kernels for this shape.
pub fn opencl(device: &Device, shape: &Shape) -> Result<Kernels<OpenCl>> {
    let source = source(shape);
    // SAFETY: the kernels are launched by the pipelines alone, on buffers and grids of the same shape, and with pairs
    // that are inputs of it: each work-item, or group, has its own part of what is written, and what is read lies
    // inside. They write to what is passed as `&mut` alone; what they only read is `const`.
    let build = |name| unsafe { Kernel::build(device, &source, name) };
    Ok(Kernels {
        fir: build("fir")?,
        fft: build("fft")?,
        correlate: build("correlate")?,
        pack: build("pack")?,
        unpack: build("unpack")?,
    })
}

/// The program for this shape.
pub fn source(shape: &Shape) -> String {
    format!(
        "#define SPECTRA {}\n#define CHANNELS {}\n#define TAPS {}\n#define FIRST {}\n#define BAND {}\n\
         #define GROUP {}\n#define BITS {}\n{}",
        shape.spectra,
        shape.channels,
        shape.taps,
        shape.first_channel,
        shape.band,
        shape.group(),
        shape.bits,
        include_str!("fx.cl"),
    )
}
