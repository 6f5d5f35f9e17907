//! The OpenCL backend as it is.

mod calls;
mod devices;
mod foreign;
mod kernels;
mod mixed;
mod opaque;
mod versions;
