//! The kernels of both backends: the same, with the same arguments.

mod cpu;
#[cfg(feature = "opencl")]
mod opencl;

use gpu_stages::Backend;

pub use cpu::cpu;
#[cfg(feature = "opencl")]
pub use opencl::{opencl, source};

/// What a device computes.
pub struct Kernels<B: Backend> {
    /// The filter bank: (samples of the previous frame, samples, window, filtered). One work-item per sample.
    pub fir: B::Kernel,
    /// The spectra: (filtered, valid, spectra). Spectra that are not valid are zero.
    pub fft: B::Kernel,
    /// The products: (spectra, valid, pairs, visibilities, weights). It adds to the last two. One work-item per
    /// visibility.
    pub correlate: B::Kernel,
    /// What F-engines send: (spectra, scale, packed). Scaled, rounded, and cut off at the largest that there is. One
    /// work-item per number.
    pub pack: B::Kernel,
    /// What X-engines take: (packed, valid, scale, spectra). Spectra that are not valid are zero. One work-item per
    /// number.
    pub unpack: B::Kernel,
}
